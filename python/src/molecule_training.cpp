#include "molecule_training.hpp"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <plstm/chem/featurizer.hpp>
#include <plstm/chem/fit_molecules.hpp>
#include <plstm/chem/molecule.hpp>
#include <plstm/chem/molecule_predictor.hpp>
#include <plstm/chem/pretrained.hpp>
#include <plstm/chem/standardize/standardize.hpp>
#include <plstm/chem/things/molecule_things.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/named.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/stopped_error.hpp>
#include <plstm/learn/run_folder.hpp>
#include <plstm/nn/graphs/graph_model_config.hpp>

#include "arrays.hpp"
#include "settings.hpp"
#include "supervisor.hpp"

namespace plstm::python {
namespace {

namespace fs = std::filesystem;
using Smiles = std::vector<std::string>;
using Table = InputArray<double, nb::ndim<2>>;

std::shared_ptr<const TrainedModel> load_start(const std::string& init_from) {
  if (init_from.empty()) return nullptr;
  fs::path path = init_from;
  if (fs::is_directory(path)) path = model_files_of(path).front();
  return std::make_shared<const TrainedModel>(load_molecule_models({&path, 1}).front());
}

FeaturizeOptions features_of(const FitSettings& settings, const TrainedModel* start,
                             const std::vector<Task>& tasks, Readout level) {
  FeaturizeOptions features = start != nullptr
                                  ? featurize_options_from(*start)
                                  : recommended_featurize_options(parse_preset(settings.preset), level);
  features.counts = features.counts && level == Readout::kGraph && suits_companion(settings, tasks);
  if (!settings.standardize.empty()) features.standardize = parse_standardize(settings.standardize);
  return features;
}

void set_molecules(FeaturizeOptions& features, const std::vector<std::string>& names,
                   const TrainedModel* start) {
  features.molecules = names;
  if (names.empty()) return;
  if (names.size() > kMostMolecules) {
    throw ConfigError(
        fmt::format("fit: a row has {} molecules, expected at most {}", names.size(), kMostMolecules));
  }
  if (start != nullptr) {
    throw ConfigError("init_from: trained networks read one molecule a row, and these rows have several");
  }
}

// (predictor, errors): the rows that cannot be read are left out.
nb::tuple fit_molecules(const Smiles& smiles, const Table& targets,
                        const std::vector<std::string>& target_names, const std::vector<Task>& tasks,
                        const FitSettings& settings, nb::object callback, const std::vector<double>& weights,
                        const std::vector<std::string>& molecules, const std::optional<Table>& columns,
                        const std::vector<std::string>& column_names) {
  const std::size_t width = std::max<std::size_t>(1, molecules.size());
  if (targets.shape(0) * width != smiles.size()) {
    throw ShapeError(fmt::format("fit: {} rows of targets for {} rows of SMILES", targets.shape(0),
                                 smiles.size() / width));
  }
  Supervisor supervisor(std::move(callback));
  std::optional<MoleculePredictor> predictor;
  std::vector<std::string> errors;
  supervisor.run([&] {
    const ThreadLimit limit(settings.threads);
    const std::shared_ptr<const TrainedModel> start = load_start(settings.init_from);
    Recipe recipe = make_recipe(settings, tasks, start);
    FeaturizeOptions features = features_of(settings, start.get(), tasks, Readout::kGraph);
    set_molecules(features, molecules, start.get());
    features.columns = column_names;
    ReadableMolecules readable = readable_molecules(
        smiles, elements(targets), features, columns ? elements(*columns) : std::span<const double>{},
        [&supervisor] { return supervisor.stop(); }, weights);
    errors = std::move(readable.errors);
    if (readable.rows.empty()) throw TrainingError("fit: there is no molecule that can be read");
    readable.data.name_tasks(target_names);
    predictor = MoleculePredictor(
        fit_supervised(readable.data, std::move(recipe), settings, readable.rows, supervisor));
  });
  return nb::make_tuple(nb::cast(std::move(*predictor)), errors);
}

// Targets of atoms or bonds: those of row i are rows offsets[i] to offsets[i + 1] of the table.
struct ThingTargets {
  std::span<const double> values;
  std::size_t tasks;
  std::span<const std::int64_t> offsets;

  std::size_t length(std::size_t row) const {
    return static_cast<std::size_t>(offsets[row + 1] - offsets[row]);
  }
  std::vector<double> of(std::size_t row) const {
    const std::span<const double> own =
        values.subspan(static_cast<std::size_t>(offsets[row]) * tasks, length(row) * tasks);
    return {own.begin(), own.end()};
  }
};

// Why molecules cannot be used: the first kind is for the caller, and the second is an error of a row.
struct Checked {
  std::vector<std::string> wrong_lengths, errors;
};

Checked check_things(const Smiles& smiles, const ThingTargets& targets, Readout level,
                     const FeaturizeOptions& features, const Supervisor& supervisor) {
  Checked checked{std::vector<std::string>(smiles.size()), std::vector<std::string>(smiles.size())};
  parallel_for(smiles.size(), 1, [&](std::size_t i) {
    if (supervisor.stop()) throw StoppedError("fit: stopped before all molecules were read");
    try {
      const Molecule molecule = parse_smiles(smiles[i]);
      const MolecularGraph graph = featurize(molecule, features);
      const MoleculeThings things = things_of_smiles(smiles[i], molecule, graph, level);
      try {
        if (targets.length(i) > 0) static_cast<void>(rows_of_list(things, targets.length(i)));
      } catch (const ShapeError& error) {
        checked.wrong_lengths[i] = fmt::format("y of row {}, '{}': {}", i, smiles[i], error.what());
      }
    } catch (const Error& error) {
      checked.errors[i] = error.what();
    }
  });
  return checked;
}

// The same data with weights of the molecules, and the numbers that the caller has for them.
LabeledGraphs weighted(const LabeledGraphs& data, std::span<const double> weights,
                       const std::vector<std::int64_t>& rows) {
  LabeledGraphs result(data.level());
  const auto tasks = static_cast<std::size_t>(data.num_tasks());
  for (std::size_t graph = 0; graph < data.graphs().size(); ++graph) {
    const auto begin = static_cast<std::size_t>(data.offsets()[graph]) * tasks;
    const auto end = static_cast<std::size_t>(data.offsets()[graph + 1]) * tasks;
    std::vector<double> targets(data.targets().begin() + static_cast<std::ptrdiff_t>(begin),
                                data.targets().begin() + static_cast<std::ptrdiff_t>(end));
    for (std::size_t i = begin; i < end; ++i) {
      if (data.present()[i] == 0) targets[i - begin] = std::numeric_limits<double>::quiet_NaN();
    }
    const double weight = weights.empty() ? 1 : weights[static_cast<std::size_t>(rows[graph])];
    result.add(PreparedGraph(data.graphs()[graph]), targets, static_cast<float>(weight));
  }
  result.set_vocabularies(data.node_vocabulary_sizes(), data.edge_vocabulary_sizes());
  result.set_featurizer(data.featurizer());
  result.set_fingerprints({data.fingerprints().begin(), data.fingerprints().end()}, rows);
  return result;
}

// (predictor, errors): molecules that cannot be read, or have no targets, are left out.
nb::tuple fit_molecule_things(const Smiles& smiles, const Table& targets,
                              const std::vector<std::int64_t>& offsets,
                              const std::vector<std::string>& target_names, const std::vector<Task>& tasks,
                              const FitSettings& settings, const std::string& level_name, nb::object callback,
                              const std::vector<double>& weights) {
  if (offsets.size() != smiles.size() + 1 || offsets.back() != static_cast<std::int64_t>(targets.shape(0))) {
    throw ShapeError(
        fmt::format("fit: {} lists of targets for {} SMILES", offsets.size() - 1, smiles.size()));
  }
  const Readout level = parse_named(kReadoutNames, "level", level_name);
  const ThingTargets things{elements(targets), targets.shape(1), offsets};
  Supervisor supervisor(std::move(callback));
  std::optional<MoleculePredictor> predictor;
  std::vector<std::string> errors;
  supervisor.run([&] {
    const ThreadLimit limit(settings.threads);
    const std::shared_ptr<const TrainedModel> start = load_start(settings.init_from);
    Recipe recipe = make_recipe(settings, tasks, start);
    const FeaturizeOptions features = features_of(settings, start.get(), tasks, level);
    if (features.standardize.any()) {
      throw ConfigError("standardize changes atoms and their order, and cannot be used with targets of them");
    }
    Checked checked = check_things(smiles, things, level, features, supervisor);
    for (const std::string& wrong : checked.wrong_lengths) {
      if (!wrong.empty()) throw ShapeError(wrong);
    }
    errors = std::move(checked.errors);
    Smiles readable;
    std::vector<std::int64_t> rows;
    std::vector<std::vector<double>> lists;
    for (std::size_t i = 0; i < smiles.size(); ++i) {
      if (!errors[i].empty() || things.length(i) == 0) continue;
      readable.push_back(smiles[i]);
      rows.push_back(static_cast<std::int64_t>(i));
      lists.push_back(things.of(i));
    }
    if (rows.empty()) throw TrainingError("fit: there is no molecule that can be read and has targets");
    LabeledGraphs data = weighted(
        labeled_molecule_things(readable, lists, static_cast<std::int64_t>(things.tasks), level, features),
        weights, rows);
    data.name_tasks(target_names);
    predictor = MoleculePredictor(fit_supervised(data, std::move(recipe), settings, rows, supervisor));
  });
  return nb::make_tuple(nb::cast(std::move(*predictor)), errors);
}

}  // namespace

void bind_molecule_training(nb::module_& module) {
  module.def("fit_molecules", &fit_molecules, nb::arg("smiles"), nb::arg("targets").noconvert(),
             nb::arg("target_names"), nb::arg("tasks"), nb::arg("settings"), nb::arg("callback") = nb::none(),
             nb::arg("weights") = std::vector<double>(), nb::arg("molecules") = std::vector<std::string>(),
             nb::arg("columns").noconvert() = nb::none(),
             nb::arg("column_names") = std::vector<std::string>(),
             "(predictor, errors [rows]): trains on targets [rows, tasks] float64, NaN where one is missing, "
             "with weights [rows], or none. Of rows of several molecules, whose names are `molecules`, the "
             "SMILES are row after row. `columns` are the numbers beside them, float64 [rows, column_names]. "
             "Rows that cannot be read are left out. Ctrl-C stops within a training step.");
  module.def(
      "fit_molecule_things", &fit_molecule_things, nb::arg("smiles"), nb::arg("targets").noconvert(),
      nb::arg("offsets"), nb::arg("target_names"), nb::arg("tasks"), nb::arg("settings"), nb::arg("level"),
      nb::arg("callback") = nb::none(), nb::arg("weights") = std::vector<double>(),
      "The same for targets of atoms (level 'node') or bonds ('edge'): those of row i are rows offsets[i] to "
      "offsets[i + 1] of targets [things, tasks], in the order of the SMILES. Raises ShapeError naming a row "
      "with another number of targets than atoms.");
}

}  // namespace plstm::python
