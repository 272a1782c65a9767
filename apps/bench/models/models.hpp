#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/data/bench_data.hpp"
#include "settings.hpp"

namespace plstm::bench {

enum class ModelKind {
  kNetwork,        ///< trained by epochs
  kConstant,       ///< knows the training labels only
  kMorgan,         ///< linear, on Morgan fingerprints
  kDescriptors,    ///< linear, on values of whole graphs
  kForest,         ///< random forest on substructures and values of whole graphs
  kWithCompanion,  ///< a network and a companion on counts of substructures, as plstm-mol trains them
  kWithForest,     ///< a network and a random forest, a weighted mean of their predictions
  kWithBoth,       ///< the mean of kWithCompanion and a random forest
};

struct ModelInfo {
  std::string_view name;
  ModelKind kind;
  GraphBodyKind body;  ///< of networks
  std::string_view description;
};

/// It has settings of networks.
bool has_network(const ModelInfo& model);

bool has_forest(const ModelInfo& model);

/// It is made of pLSTM, of a random forest or of both: such models have parts in common.
bool shares_parts(const ModelInfo& model);

/// It reads counts of substructures of molecules.
bool has_companion(const ModelInfo& model);

/// It reads fingerprints of molecules.
bool needs_fingerprints(const ModelInfo& model);

std::span<const ModelInfo> all_models();

/// The models of a call that names none: pLSTM, the forest and the mean of both. `companion`: with it.
std::span<const std::string_view> default_models(bool companion);

/// Throws ConfigError listing the names.
const ModelInfo& find_model(std::string_view name);

/// Throws ConfigError if the model is not made for data of this kind.
void check_model(const ModelInfo& model, const BenchData& data);

/// The settings of the model with what the data decides: widths, vocabularies, outputs.
GraphModelConfig complete_config(const GraphModelConfig& config, const BenchData& data);

}  // namespace plstm::bench
