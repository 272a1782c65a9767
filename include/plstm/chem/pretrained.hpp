#pragma once

#include <filesystem>

#include <plstm/chem/featurizer.hpp>
#include <plstm/train/files/model_file.hpp>

namespace plstm {

/// The model file whose encoder comes with plstm: a network that was taught computed descriptors of molecules
/// (datasets/pretrained/README.md). Recipe::start and `plstm-mol train --init-from pretrained` take it.
///
/// It is the first that exists of: the file named by the environment variable PLSTM_PRETRAINED, the file of the
/// installation that the running program belongs to, that of the installation that this library was built for, and that
/// of the source tree. Throws FileError naming the places if there is none, or if the variable names no file.
std::filesystem::path pretrained_molecules_file();

/// The features for a training that starts from the encoder of this model: those that it was trained with, less the values
/// of whole molecules, which an encoder does not read, and with counts for a companion. Throws FileError if the model does
/// not read molecules, as parse_featurizer() does.
FeaturizeOptions featurize_options_from(const TrainedModel& start);

}  // namespace plstm
