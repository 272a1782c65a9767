#include "plstm/learn/predict_things.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm {
namespace {

std::int32_t graph_of_thing(const LabeledGraphs& data, std::int32_t thing) {
  if (thing < 0 || thing >= data.num_things()) {
    throw ConfigError(
        fmt::format("predict_things: there is no thing {}, expected 0..{}", thing, data.num_things() - 1));
  }
  const std::span<const std::int64_t> offsets = data.offsets();
  return static_cast<std::int32_t>(std::ranges::upper_bound(offsets, thing) - offsets.begin()) - 1;
}

}  // namespace

Predictions predict_things(const Predictor& predictor, const LabeledGraphs& data,
                           std::span<const std::int32_t> things) {
  if (predictor.members().front().config.readout != data.level())
    throw ConfigError("predict_things: the model predicts things of another kind than those of the data");
  std::vector<std::int32_t> graphs;
  for (const std::int32_t thing : things) graphs.push_back(graph_of_thing(data, thing));
  const std::vector<std::int32_t> graph_of = graphs;
  std::ranges::sort(graphs);
  graphs.erase(std::unique(graphs.begin(), graphs.end()), graphs.end());
  const Predictions all = predictor.predict_with_errors(data.graphs(), graphs);
  Predictions result{all.columns, {0, std::ssize(things)}, {}, {}};
  const std::size_t width = all.columns.size();
  result.values.reserve(things.size() * width);
  result.expected_errors.reserve(things.size() * width);
  for (std::size_t i = 0; i < things.size(); ++i) {
    const auto place =
        static_cast<std::size_t>(std::ranges::lower_bound(graphs, graph_of[i]) - graphs.begin());
    const std::int64_t in_graph = things[i] - data.offsets()[static_cast<std::size_t>(graph_of[i])];
    const auto first =
        static_cast<std::ptrdiff_t>(all.offsets[place] + in_graph) * static_cast<std::ptrdiff_t>(width);
    const auto append = [&](const std::vector<double>& from, std::vector<double>& to) {
      to.insert(to.end(), from.begin() + first, from.begin() + first + static_cast<std::ptrdiff_t>(width));
    };
    append(all.values, result.values);
    append(all.expected_errors, result.expected_errors);
  }
  return result;
}

}  // namespace plstm
