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
#include <plstm/core/stopped_error.hpp>

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

// What became of reading molecules: errors[i] is null where molecules[i] could be read.
struct Reading {
  std::vector<ReadMolecule> molecules;
  std::vector<std::exception_ptr> errors;
};

// read(i) reads molecule i.
template <class Read>
Reading read_all(std::size_t count, const Read& read) {
  Reading reading{std::vector<ReadMolecule>(count), std::vector<std::exception_ptr>(count)};
  parallel_for(count, 1, [&](std::size_t i) {
    try {
      reading.molecules[i] = read(i);
    } catch (const StoppedError&) {
      throw;
    } catch (const Error&) {
      reading.errors[i] = std::current_exception();
    }
  });
  return reading;
}

LabeledGraphs start_data(Readout level, const FeaturizeOptions& options) {
  LabeledGraphs data(level);
  data.set_vocabularies(node_vocabulary_sizes(options), vocabulary_sizes(bond_columns()));
  data.set_featurizer(featurizer_json(options));
  return data;
}

// Adds the molecules with these numbers.
LabeledGraphs labeled(Reading reading, std::vector<std::int64_t> numbers, Readout level,
                      const FeaturizeOptions& options, std::span<const double> weights) {
  LabeledGraphs data = start_data(level, options);
  std::vector<std::vector<std::uint32_t>> fingerprints;
  for (const std::int64_t number : numbers) {
    ReadMolecule& molecule = reading.molecules[static_cast<std::size_t>(number)];
    const double weight = weights.empty() ? 1 : weights[static_cast<std::size_t>(number)];
    data.add(std::move(molecule.graph), molecule.targets, static_cast<float>(weight));
    fingerprints.push_back(std::move(molecule.fingerprint));
  }
  data.set_num_columns(static_cast<std::int32_t>(options.columns.size()));
  data.set_fingerprints(std::move(fingerprints), std::move(numbers));
  return data;
}

// The first error is thrown, whichever thread was faster.
LabeledGraphs all_labeled(Reading reading, Readout level, const FeaturizeOptions& options,
                          std::span<const double> weights = {}) {
  for (std::size_t i = 0; i < reading.errors.size(); ++i) {
    if (reading.errors[i] == nullptr) continue;
    try {
      std::rethrow_exception(reading.errors[i]);
    } catch (const ShapeError&) {
      throw;
    } catch (const Error& error) {
      throw MoleculeError(
          fmt::format("{} {}: {}", options.num_molecules() == 1 ? "molecule" : "row", i, error.what()));
    }
  }
  std::vector<std::int64_t> numbers(reading.molecules.size());
  std::iota(numbers.begin(), numbers.end(), 0);
  return labeled(std::move(reading), std::move(numbers), level, options, weights);
}

// What a list of rows of molecules comes with.
struct MoleculeList {
  std::span<const std::string> smiles;
  std::span<const double> targets, columns;
  std::size_t rows;
};

MoleculeList check_list(const char* function, std::span<const std::string> smiles,
                        std::span<const double> targets, const FeaturizeOptions& options,
                        std::span<const double> columns, std::span<const double> weights) {
  const std::size_t molecules = options.num_molecules(), rows = smiles.size() / molecules;
  check_size(function, "smiles", std::ssize(smiles), static_cast<std::int64_t>(rows * molecules));
  check_size(function, "columns", std::ssize(columns),
             static_cast<std::int64_t>(rows * options.columns.size()));
  if (!weights.empty()) check_size(function, "weights", std::ssize(weights), static_cast<std::int64_t>(rows));
  // Losses add weights in float.
  for (const double weight : weights) {
    if (!(weight >= 0 && weight <= std::numeric_limits<float>::max())) {
      throw ConfigError(fmt::format("{}: a weight is {}, expected 0 or more, and finite", function, weight));
    }
  }
  if (rows == 0 ? !targets.empty() : targets.size() % rows != 0) {
    throw ShapeError(fmt::format("{}: {} targets for {} {}, expected as many for each", function,
                                 targets.size(), rows, molecules == 1 ? "SMILES" : "rows"));
  }
  return {smiles, targets, columns, rows};
}

ReadMolecule read_listed(const MoleculeList& list, std::size_t i, const FeaturizeOptions& options) {
  const std::size_t molecules = options.num_molecules(), width = options.columns.size();
  const std::size_t tasks = list.targets.size() / list.rows;
  const MoleculeRow row = read_row(list.smiles.subspan(i * molecules, molecules), options);
  const std::span<const double> own = list.targets.subspan(i * tasks, tasks);
  return {prepare_graph(featurize(row.molecules, options, list.columns.subspan(i * width, width)).graph),
          row_fingerprint(row.molecules),
          {own.begin(), own.end()}};
}

}  // namespace

LabeledGraphs labeled_molecules(std::span<const std::string> smiles, std::span<const double> targets,
                                const FeaturizeOptions& options, std::span<const double> columns,
                                std::span<const double> weights) {
  const MoleculeList list = check_list("labeled_molecules", smiles, targets, options, columns, weights);
  return all_labeled(read_all(list.rows, [&](std::size_t i) { return read_listed(list, i, options); }),
                     Readout::kGraph, options, weights);
}

ReadableMolecules readable_molecules(std::span<const std::string> smiles, std::span<const double> targets,
                                     const FeaturizeOptions& options, std::span<const double> columns,
                                     const std::function<bool()>& stop, std::span<const double> weights) {
  const MoleculeList list = check_list("readable_molecules", smiles, targets, options, columns, weights);
  Reading reading = read_all(list.rows, [&](std::size_t i) {
    if (stop && stop()) throw StoppedError("readable_molecules: stopped before all molecules were read");
    return read_listed(list, i, options);
  });
  ReadableMolecules readable;
  readable.errors.resize(list.rows);
  for (std::size_t i = 0; i < list.rows; ++i) {
    if (reading.errors[i] == nullptr) {
      readable.rows.push_back(static_cast<std::int64_t>(i));
      continue;
    }
    try {
      std::rethrow_exception(reading.errors[i]);
    } catch (const Error& error) {
      readable.errors[i] = error.what();
    }
  }
  readable.data = labeled(std::move(reading), readable.rows, Readout::kGraph, options, weights);
  return readable;
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
  Reading reading = read_all(smiles.size(), [&](std::size_t i) {
    const Molecule molecule = parse_smiles(smiles[i]);
    MolecularGraph graph = featurize(molecule, options);
    const MoleculeThings things = things_of_smiles(smiles[i], molecule, graph, level);
    return ReadMolecule{prepare_graph(std::move(graph.graph)), morgan_fingerprint(molecule),
                        targets_of_things(things, targets[i], tasks, i)};
  });
  return all_labeled(std::move(reading), level, options);
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
