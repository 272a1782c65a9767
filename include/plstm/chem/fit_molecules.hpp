#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <plstm/chem/featurizer.hpp>
#include <plstm/chem/molecule_predictor.hpp>
#include <plstm/learn/fit.hpp>
#include <plstm/learn/labeled_graphs.hpp>
#include <plstm/learn/recipe.hpp>
#include <plstm/nn/graphs/readout.hpp>

namespace plstm {

/// The features that recommended_features() names, with canonical orientation: what plstm-mol trains on by default.
/// Values of atoms and bonds need no descriptors of whole molecules and no counts.
FeaturizeOptions recommended_featurize_options(Preset preset = Preset::kDefault,
                                               Readout level = Readout::kGraph);

/// Molecules with their targets, as graphs that fit() learns from: [smiles, tasks] targets, row-major, NaN where a value
/// is missing. Molecules are read and standardised in parallel.
///
/// Of several molecules a row (FeaturizeOptions::molecules) the SMILES are [rows, molecules], and all else has an entry for
/// each row.
///
/// `columns` are the numbers beside the molecules, [smiles, FeaturizeOptions::columns], NaN where one is missing.
/// `weights` multiply the losses of the molecules, [smiles]; empty: all are 1.
///
/// Throws MoleculeError naming the first SMILES that cannot be read and its place in the list, ShapeError if the targets
/// do not fill whole rows or for another number of columns or weights, and ConfigError for an infinite target and for a
/// weight that is negative or not finite.
LabeledGraphs labeled_molecules(std::span<const std::string> smiles, std::span<const double> targets,
                                const FeaturizeOptions& options = recommended_featurize_options(),
                                std::span<const double> columns = {}, std::span<const double> weights = {});

/// Molecules of which some cannot be read.
struct ReadableMolecules {
  LabeledGraphs data;               ///< those that can, in their order, numbered as in the list
  std::vector<std::int64_t> rows;   ///< [graphs] their numbers in the list, ascending
  std::vector<std::string> errors;  ///< [rows of the list] why one cannot be used; empty if it can
};

/// As labeled_molecules(), but a row that cannot be read is left out with its error. `stop` is asked before each molecule,
/// by several threads at a time; StoppedError if it says true. It may be empty.
ReadableMolecules readable_molecules(std::span<const std::string> smiles, std::span<const double> targets,
                                     const FeaturizeOptions& options = recommended_featurize_options(),
                                     std::span<const double> columns = {},
                                     const std::function<bool()>& stop = {},
                                     std::span<const double> weights = {});

/// The same with targets of atoms (Readout::kNode) or bonds (kEdge): targets[i] is [values, tasks] of molecule i,
/// row-major, with as many values as rows_of_list() takes, in the order of its SMILES. Throws ConfigError for steps of
/// standardising, which change atoms and their order.
LabeledGraphs labeled_molecule_things(std::span<const std::string> smiles,
                                      std::span<const std::vector<double>> targets, std::int64_t tasks,
                                      Readout level, const FeaturizeOptions& options);

/// Numbers that stand beside molecules, such as the temperature of a measurement.
struct MoleculeColumns {
  std::vector<std::string> names;
  std::vector<double> values;  ///< [molecules, names], NaN where one is missing
};

/// Trains on SMILES in memory, of rows of several molecules if `molecules` has their names; see fit() for the recipe,
/// the split (over molecules) and what is thrown.
MoleculePredictor fit_molecules(std::span<const std::string> smiles, std::span<const double> targets,
                                const Recipe& recipe, const FitOptions& options = {},
                                const MoleculeColumns& columns = {},
                                std::span<const std::string> molecules = {});

}  // namespace plstm
