#include "plstm/chem/fit_molecules.hpp"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <plstm/chem/fingerprint.hpp>
#include <plstm/chem/molecule.hpp>
#include <plstm/chem/rows/molecule_row.hpp>
#include <plstm/chem/things/molecule_things.hpp>
#include <plstm/chem/things/thing_values.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/shape.hpp>

namespace plstm {

FeaturizeOptions recommended_featurize_options(Preset preset, Readout level) {
  const MoleculeFeatures features = recommended_features(preset);
  const bool whole = level == Readout::kGraph;
  return {.orientation = BondOrientation::kCanonicalRank,
          .atom_values = features.atom_values,
          .molecule_values = whole && features.molecule_values,
          .counts = whole && features.counts};
}

namespace {

// A molecule on the way to a labelled graph.
struct ReadMolecule {
  PreparedGraph graph;
  std::vector<std::uint32_t> fingerprint;
  std::vector<double> targets;  // [things, tasks]
};

// [values, tasks] of molecule `number`, as its graph has them.
std::vector<double> targets_of_things(const MoleculeThings& things, std::span<const double> values,
                                      std::int64_t tasks, std::size_t number) {
  const auto width = static_cast<std::size_t>(tasks);
  if (values.size() % width != 0) {
    throw ShapeError(fmt::format("molecule {}: {} targets for {} tasks", number, values.size(), tasks));
  }
  std::vector<double> of_rows(things.num_rows() * width, std::numeric_limits<double>::quiet_NaN());
  try {
    const std::vector<std::int32_t> rows = rows_of_list(things, values.size() / width);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i] < 0) continue;
      std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(i * width), width,
                  of_rows.begin() + std::ptrdiff_t{rows[i]} * tasks);
    }
  } catch (const ShapeError& error) {
    throw ShapeError(fmt::format("molecule {}: {}", number, error.what()));
  }
  return in_graph_order(things, of_rows, tasks);
}

// read(i) reads molecule i.
template <class Read>
LabeledGraphs labeled(std::size_t count, Readout level, const FeaturizeOptions& options, const Read& read) {
  std::vector<ReadMolecule> molecules(count);
  std::vector<std::exception_ptr> errors(count);  // the first one is thrown, whichever thread was faster
  parallel_for(count, 1, [&](std::size_t i) {
    try {
      molecules[i] = read(i);
    } catch (const ShapeError&) {
      errors[i] = std::current_exception();
    } catch (const Error& error) {
      errors[i] = std::make_exception_ptr(MoleculeError(
          fmt::format("{} {}: {}", options.num_molecules() == 1 ? "molecule" : "row", i, error.what())));
    }
  });
  LabeledGraphs data(level);
  data.set_vocabularies(node_vocabulary_sizes(options), vocabulary_sizes(bond_columns()));
  data.set_featurizer(featurizer_json(options));
  std::vector<std::vector<std::uint32_t>> fingerprints;
  for (std::size_t i = 0; i < count; ++i) {
    if (errors[i] != nullptr) std::rethrow_exception(errors[i]);
    data.add(std::move(molecules[i].graph), molecules[i].targets);
    fingerprints.push_back(std::move(molecules[i].fingerprint));
  }
  data.set_num_columns(static_cast<std::int32_t>(options.columns.size()));
  std::vector<std::int64_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0);
  data.set_fingerprints(std::move(fingerprints), std::move(numbers));
  return data;
}

}  // namespace

LabeledGraphs labeled_molecules(std::span<const std::string> smiles, std::span<const double> targets,
                                const FeaturizeOptions& options, std::span<const double> columns) {
  const std::size_t width = options.columns.size(), molecules = options.num_molecules();
  const std::size_t rows = smiles.size() / molecules;
  check_size("labeled_molecules", "smiles", std::ssize(smiles), static_cast<std::int64_t>(rows * molecules));
  check_size("labeled_molecules", "columns", std::ssize(columns), static_cast<std::int64_t>(rows * width));
  if (rows == 0 ? !targets.empty() : targets.size() % rows != 0) {
    throw ShapeError(fmt::format("labeled_molecules: {} targets for {} {}, expected as many for each",
                                 targets.size(), rows, molecules == 1 ? "SMILES" : "rows"));
  }
  const std::size_t tasks = rows == 0 ? 0 : targets.size() / rows;
  return labeled(rows, Readout::kGraph, options, [&](std::size_t i) {
    const MoleculeRow row = read_row(smiles.subspan(i * molecules, molecules), options);
    const std::span<const double> own = targets.subspan(i * tasks, tasks);
    return ReadMolecule{
        prepare_graph(featurize(row.molecules, options, columns.subspan(i * width, width)).graph),
        row_fingerprint(row.molecules),
        {own.begin(), own.end()}};
  });
}

LabeledGraphs labeled_molecule_things(std::span<const std::string> smiles,
                                      std::span<const std::vector<double>> targets, std::int64_t tasks,
                                      Readout level, const FeaturizeOptions& options) {
  if (targets.size() != smiles.size() || tasks < 1) {
    throw ShapeError(fmt::format("labeled_molecule_things: {} lists of targets for {} SMILES, with {} tasks",
                                 targets.size(), smiles.size(), tasks));
  }
  if (options.standardize.any()) {
    throw ConfigError("labeled_molecule_things: standardising changes the order of atoms; it must be off");
  }
  return labeled(smiles.size(), level, options, [&](std::size_t i) {
    const Molecule molecule = parse_smiles(smiles[i]);
    MolecularGraph graph = featurize(molecule, options);
    const MoleculeThings things = things_of_smiles(smiles[i], molecule, graph, level);
    return ReadMolecule{prepare_graph(std::move(graph.graph)), morgan_fingerprint(molecule),
                        targets_of_things(things, targets[i], tasks, i)};
  });
}

MoleculePredictor fit_molecules(std::span<const std::string> smiles, std::span<const double> targets,
                                const Recipe& recipe, const FitOptions& options,
                                const MoleculeColumns& columns, std::span<const std::string> molecules) {
  FeaturizeOptions features = recommended_featurize_options(recipe.preset);
  features.columns = columns.names;
  features.molecules.assign(molecules.begin(), molecules.end());
  return MoleculePredictor(
      fit(labeled_molecules(smiles, targets, features, columns.values), recipe, options));
}

}  // namespace plstm
