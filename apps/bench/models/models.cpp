#include "models.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

namespace plstm::bench {
namespace {

constexpr std::array<ModelInfo, 23> kModels{{
    {"plstm", ModelKind::kNetwork, GraphBodyKind::kStm,
     "pLSTM, by default with our changes; --preset paper is the model of the paper"},
    {"gcn", ModelKind::kNetwork, GraphBodyKind::kGcn, "graph convolution (Kipf & Welling 2017)"},
    {"gat", ModelKind::kNetwork, GraphBodyKind::kGat, "graph attention (Velickovic et al. 2018)"},
    {"gin", ModelKind::kNetwork, GraphBodyKind::kGin, "graph isomorphism network (Xu et al. 2019)"},
    {"mpnn", ModelKind::kNetwork, GraphBodyKind::kMpnn,
     "message passing with messages from edges (Gilmer et al. 2017)"},
    {"lstm", ModelKind::kNetwork, GraphBodyKind::kLstm, "LSTM cells between neighbours (Liang et al. 2016)"},
    {"gcn-directed", ModelKind::kNetwork, GraphBodyKind::kDirectedGcn,
     "gcn with weights of their own for predecessors and successors (Rossi et al. 2023)"},
    {"gin-directed", ModelKind::kNetwork, GraphBodyKind::kDirectedGin, "gin with such weights"},
    {"lstm-directed", ModelKind::kNetwork, GraphBodyKind::kDirectedLstm, "lstm with such weights"},
    {"dagnn", ModelKind::kNetwork, GraphBodyKind::kDagnn,
     "GRU with attention to predecessors, in topological order (DAGNN, Thost & Chen 2021)"},
    {"dvae", ModelKind::kNetwork, GraphBodyKind::kDvae,
     "GRU on gated sums of predecessors (D-VAE, Zhang et al. 2019)"},
    {"tree-lstm", ModelKind::kNetwork, GraphBodyKind::kTreeLstm, "child-sum Tree-LSTM (Tai et al. 2015)"},
    {"max-plus", ModelKind::kNetwork, GraphBodyKind::kMaxPlus,
     "linear map, and the largest sum along a path"},
    {"dag-transformer", ModelKind::kNetwork, GraphBodyKind::kDagTransformer,
     "attention to ancestors and descendants, with depth encodings (Luo et al. 2023)"},
    {"sum", ModelKind::kNetwork, GraphBodyKind::kNone, "encoded nodes summed up, no structure"},
    {"majority", ModelKind::kConstant, GraphBodyKind::kNone, "the most frequent class of the training rows"},
    {"mean", ModelKind::kConstant, GraphBodyKind::kNone, "the mean of the training rows"},
    {"morgan", ModelKind::kMorgan, GraphBodyKind::kNone,
     "ridge or logistic regression on Morgan fingerprints (molecules)"},
    {"descriptors", ModelKind::kDescriptors, GraphBodyKind::kNone,
     "ridge regression on the values that molecules bring to networks"},
    {"forest", ModelKind::kForest, GraphBodyKind::kNone,
     "random forest on counts of subtrees; molecules: on fingerprints, keys and descriptors"},
    {"plstm+companion", ModelKind::kWithCompanion, GraphBodyKind::kStm,
     "what plstm-mol trains: plstm beside kernel ridge regression on counts of substructures (molecules)"},
    {"plstm+forest", ModelKind::kWithForest, GraphBodyKind::kStm,
     "a mean of what plstm and forest predict, weighted by validation rows"},
    {"plstm+companion+forest", ModelKind::kWithBoth, GraphBodyKind::kStm,
     "the same mean of plstm+companion and forest (molecules)"},
}};

constexpr std::array<std::string_view, 3> kDefault{"plstm", "forest", "plstm+forest"};
constexpr std::array<std::string_view, 3> kDefaultWithCompanion{"plstm+companion", "forest",
                                                                "plstm+companion+forest"};

}  // namespace

bool has_network(const ModelInfo& model) {
  return model.kind == ModelKind::kNetwork || model.kind == ModelKind::kWithForest || has_companion(model);
}

bool has_companion(const ModelInfo& model) {
  return model.kind == ModelKind::kWithCompanion || model.kind == ModelKind::kWithBoth;
}

bool has_forest(const ModelInfo& model) {
  return model.kind == ModelKind::kForest || model.kind == ModelKind::kWithForest ||
         model.kind == ModelKind::kWithBoth;
}

bool shares_parts(const ModelInfo& model) {
  return model.body == GraphBodyKind::kStm || has_forest(model);
}

bool needs_fingerprints(const ModelInfo& model) {
  return model.kind == ModelKind::kMorgan || has_forest(model);
}

std::span<const ModelInfo> all_models() {
  return kModels;
}

std::span<const std::string_view> default_models(bool companion) {
  return companion ? kDefaultWithCompanion : kDefault;
}

const ModelInfo& find_model(std::string_view name) {
  std::string names;
  for (const ModelInfo& model : kModels) {
    if (model.name == name) return model;
    names.append(names.empty() ? "" : ", ").append(model.name);
  }
  throw ConfigError(fmt::format("unknown model '{}', expected one of {}", name, names));
}

void check_model(const ModelInfo& model, const BenchData& data) {
  if ((model.kind == ModelKind::kMorgan || has_companion(model)) && data.kind != DataKind::kMolecules) {
    throw ConfigError(fmt::format("model {} is for molecules, {} has none", model.name, data.name));
  }
  if (model.kind == ModelKind::kDescriptors && data.graph_value_width == 0) {
    throw ConfigError(fmt::format(
        "model descriptors reads the values of molecules, {} has none; --molecule-values true computes them",
        data.name));
  }
  const bool regression = data.task == TaskType::kRegression;
  if (model.name == "mean" && !regression) {
    throw ConfigError(fmt::format("{} has classes; use the model majority instead of mean", data.name));
  }
  if (model.name == "majority" && regression) {
    throw ConfigError(fmt::format("{} has no classes; use the model mean instead of majority", data.name));
  }
}

GraphModelConfig complete_config(const GraphModelConfig& config, const BenchData& data) {
  GraphModelConfig complete = config;
  complete.node_value_width = data.node_value_width;
  complete.node_vocabulary_sizes = data.node_vocabulary_sizes;
  complete.edge_value_width = data.edge_value_width;
  complete.edge_vocabulary_sizes = data.edge_vocabulary_sizes;
  complete.graph_value_width = data.graph_value_width;
  complete.outputs = num_outputs(data.task, data.targets.cols(), data.classes);
  if (has_node_layers(complete.body)) {
    Index& most = stm_body(complete).max_degree;
    for (const PreparedGraph& graph : data.graphs) most = std::max<Index>(most, graph.max_degree);
  }
  return complete;
}

}  // namespace plstm::bench
