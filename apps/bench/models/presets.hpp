#pragma once

#include <string>

#include "models.hpp"
#include "settings.hpp"

namespace plstm::bench {

/// The settings a model has on a kind of data before the user changes any.
///
///   default  good on data of this kind; the same for all sets, so that none is tuned for
///   paper    those of the paper: width 96 and two PD blocks for pLSTM, width 128, four layers and a sum for
///            the others; 64 graphs a step, 100 epochs
///
/// Throws ConfigError for another name.
RunSettings preset(const std::string& name, const ModelInfo& model, const BenchData& data);

/// The preset with the user's changes. Throws ConfigError as with_changes() does.
RunSettings settings_for(const std::string& preset_name, const Json& changes, const ModelInfo& model,
                         const BenchData& data);

/// True if the preset puts a companion beside pLSTM, as plstm-mol does, where the data suits one.
bool preset_has_companion(const std::string& name, DataKind kind);

/// How the graphs of a kind of data are made, one for all models: orientation, atom and molecule
/// values of the settings, the others left as they are. Throws as above.
RunSettings preset_of_graphs(const std::string& name, DataKind kind);

}  // namespace plstm::bench
