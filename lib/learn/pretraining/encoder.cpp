#include "plstm/learn/pretraining/encoder.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/core/error.hpp>
#include <plstm/nn/graphs/graph_model.hpp>

#include "core/files/json_text.hpp"
#include "learn/json_object.hpp"

namespace plstm {
namespace {

bool is_decoder(std::string_view name) {
  return name.starts_with("decoder.") || name.starts_with("graph_encoder.") ||
         name.starts_with("path_totals.");
}

}  // namespace

void adopt_encoder(const GraphModelConfig& pretrained, GraphModelConfig& model) {
  GraphModelConfig adopted = pretrained;
  adopted.node_value_width = model.node_value_width;
  adopted.node_vocabulary_sizes = model.node_vocabulary_sizes;
  adopted.edge_value_width = model.edge_value_width;
  adopted.edge_vocabulary_sizes = model.edge_vocabulary_sizes;
  adopted.graph_value_width = model.graph_value_width;
  adopted.graph_value_scaling = model.graph_value_scaling;
  adopted.graph_value_layer = model.graph_value_layer;
  adopted.graph_value_dropout = model.graph_value_dropout;
  adopted.dropout = model.dropout;
  adopted.path_totals = model.path_totals;
  adopted.readout = model.readout;
  if (model.readout != Readout::kGraph) adopted.pooling = Pooling::kMean;
  adopted.outputs = model.outputs;
  model = std::move(adopted);
}

void check_same_inputs(const TrainedModel& pretrained, std::string_view featurizer) {
  if (pretrained.featurizer.empty() && featurizer.empty()) return;
  const auto parse = [](std::string_view text) {
    auto json = text.empty() ? nlohmann::ordered_json::object() : parse_object(text);
    json.erase("molecule_values");  // of whole graphs, which the encoder does not read
    json.erase("columns");
    json.erase("counts");
    json.erase("standardize");  // an encoder reads molecules, whichever they are
    return json;
  };
  const auto theirs = parse(pretrained.featurizer), ours = parse(featurizer);
  for (const auto& [key, value] : theirs.items()) {
    if (!ours.contains(key) || ours[key] != value) {
      throw ConfigError(
          fmt::format("the pretrained model reads graphs whose '{}' is {}, and those of the data have {}",
                      key, value.is_structured() ? "another" : json_text(value),
                      ours.contains(key) && !ours[key].is_structured() ? json_text(ours[key]) : "another"));
    }
  }
  for (const auto& [key, value] : ours.items()) {
    if (theirs.contains(key)) continue;
    throw ConfigError(
        fmt::format("the graphs of the data have '{}', which the pretrained model does not know", key));
  }
}

void copy_encoder(const TrainedModel& pretrained, const ParameterLayout& layout, std::span<float> values) {
  std::map<std::string_view, const ParameterInfo*> places;
  for (const ParameterInfo& info : layout.infos()) places.emplace(info.name, &info);
  const GraphModel model = make_graph_model(pretrained.config);
  for (const ParameterInfo& info : model.layout.infos()) {
    if (is_decoder(info.name)) continue;
    const auto found = places.find(info.name);
    if (found == places.end() || found->second->shape != info.shape) {
      throw ConfigError(fmt::format("the pretrained model does not fit: the new one has {} '{}'",
                                    found == places.end() ? "no parameter" : "another shape of", info.name));
    }
    std::copy_n(pretrained.parameters.begin() + static_cast<std::ptrdiff_t>(info.offset), info.size,
                values.begin() + static_cast<std::ptrdiff_t>(found->second->offset));
  }
}

std::vector<RateRange> encoder_rates(const ParameterLayout& layout, double factor) {
  std::vector<RateRange> rates;
  if (factor == 1) return rates;
  for (const ParameterInfo& info : layout.infos()) {
    if (!is_decoder(info.name)) rates.push_back({info.offset, info.size, factor});
  }
  return rates;
}

}  // namespace plstm
