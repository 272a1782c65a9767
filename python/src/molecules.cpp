#include "molecules.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <plstm/chem/molecule_embedder.hpp>
#include <plstm/chem/molecule_predictor.hpp>
#include <plstm/chem/standardize/standardize.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/named.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/nn/graphs/graph_model_config.hpp>

#include "arrays.hpp"
#include "certainty.hpp"

namespace plstm::python {
namespace {

namespace fs = std::filesystem;
using Smiles = std::vector<std::string>;

// Between two pieces of a list signals are seen; a piece takes about a second at most.
constexpr std::size_t kAtOnce = 2048;

// Calls take(first, piece) for pieces of a list without the GIL; a signal ends it between two of them.
template <class Take>
void by_pieces(const Smiles& smiles, std::size_t width, int threads, const Take& take) {
  const std::size_t at_once = std::max<std::size_t>(1, kAtOnce / width) * width;
  for (std::size_t first = 0; first < smiles.size(); first += at_once) {
    const std::size_t count = std::min(at_once, smiles.size() - first);
    {
      const nb::gil_scoped_release release;
      const ThreadLimit limit(threads);
      take(first / width, std::span(smiles).subspan(first, count));
    }
    if (PyErr_CheckSignals() != 0) throw nb::python_error();
  }
}

void check_rows(const MoleculePredictor& predictor, const Smiles& smiles) {
  const std::size_t molecules = predictor.featurize_options().num_molecules();
  if (smiles.size() % molecules != 0) {
    throw ShapeError(fmt::format("{} SMILES do not fill rows of {} molecules", smiles.size(), molecules));
  }
}

// Only models of whole molecules have one row of values a molecule.
void check_whole(const MoleculePredictor& predictor, const Smiles& smiles) {
  if (predictor.level() != Readout::kGraph) {
    throw ConfigError(fmt::format("the model predicts {}s of molecules, expected a model of whole molecules",
                                  predictor.level() == Readout::kNode ? "atom" : "bond"));
  }
  check_rows(predictor, smiles);
}

// Numbers beside molecules, [rows, FeaturizeOptions::columns].
using BesideColumns = std::optional<InputArray<double, nb::ndim<2>>>;

// Those of the rows from `first` on. The library checks how many there are.
class Beside {
 public:
  Beside(const MoleculePredictor& predictor, const Smiles& smiles, const BesideColumns& columns)
      : width_(columns.has_value() ? columns->shape(1) : 0) {
    if (!columns.has_value()) return;
    const std::size_t rows = smiles.size() / predictor.featurize_options().num_molecules();
    if (columns->shape(0) != rows || width_ != predictor.featurize_options().columns.size()) {
      throw ShapeError(fmt::format("columns have shape [{}, {}], expected [{}, {}]", columns->shape(0),
                                   width_, rows, predictor.featurize_options().columns.size()));
    }
    values_ = elements(*columns);
  }
  std::span<const double> rows(std::size_t first, std::size_t count) const {
    return values_.empty() ? values_ : values_.subspan(first * width_, count * width_);
  }

 private:
  std::size_t width_;
  std::span<const double> values_;
};

struct Values {
  explicit Values(std::size_t rows_, std::size_t columns_)
      : rows(rows_),
        columns(columns_),
        values(rows * columns, std::numeric_limits<double>::quiet_NaN()),
        errors(rows) {}

  void take(std::size_t row, const MoleculePrediction& prediction) {
    errors[row] = prediction.error;
    std::ranges::copy(prediction.values, values.begin() + static_cast<std::ptrdiff_t>(row * columns));
  }
  nb::object array() { return nb::cast(to_numpy(std::move(values), {rows, columns})); }

  std::size_t rows, columns;
  std::vector<double> values;
  std::vector<std::string> errors;
};

nb::tuple predict(const MoleculePredictor& predictor, const Smiles& smiles, int threads,
                  const BesideColumns& columns) {
  check_whole(predictor, smiles);
  const std::size_t width = predictor.featurize_options().num_molecules();
  const Beside beside(predictor, smiles, columns);
  Values result(smiles.size() / width, predictor.columns().size());
  by_pieces(smiles, width, threads, [&](std::size_t first, std::span<const std::string> piece) {
    const std::vector<MoleculePrediction> said =
        predictor.predict(piece, beside.rows(first, piece.size() / width));
    for (std::size_t i = 0; i < said.size(); ++i) result.take(first + i, said[i]);
  });
  nb::object values = result.array();
  return nb::make_tuple(values, std::move(result.errors));
}

// ([rows] arrays [things, columns], errors), of a model of atoms or bonds.
nb::tuple predict_things(const MoleculePredictor& predictor, const Smiles& smiles, int threads) {
  if (predictor.level() == Readout::kGraph) {
    throw ConfigError("the model predicts whole molecules, expected a model of atoms or bonds");
  }
  check_rows(predictor, smiles);
  const std::size_t columns = predictor.columns().size();
  std::vector<MoleculePrediction> all;
  by_pieces(smiles, 1, threads, [&](std::size_t, std::span<const std::string> piece) {
    for (MoleculePrediction& said : predictor.predict(piece)) all.push_back(std::move(said));
  });
  nb::list values;
  std::vector<std::string> errors;
  for (MoleculePrediction& said : all) {
    const std::size_t things = said.values.size() / columns;
    values.append(to_numpy(std::move(said.values), {things, columns}));
    errors.push_back(std::move(said.error));
  }
  return nb::make_tuple(values, std::move(errors));
}

nb::tuple predict_certainty(const MoleculePredictor& predictor, const Smiles& smiles, double confidence,
                            int threads, const BesideColumns& columns) {
  check_whole(predictor, smiles);
  const Beside beside(predictor, smiles, columns);
  const std::size_t width = predictor.featurize_options().num_molecules();
  const std::size_t tasks = predictor.predictor().members().front().tasks.size();
  Values result(smiles.size() / width, predictor.columns().size());
  std::vector<TaskCertainty> certainty(result.rows * tasks);
  std::vector<std::string> warnings(result.rows);
  std::vector<std::int64_t> nearest(result.rows, -1);
  std::vector<double> similarity(result.rows, std::numeric_limits<double>::quiet_NaN());
  static_cast<void>(predictor.predictor().level(confidence));  // throws also for an empty list
  by_pieces(smiles, width, threads, [&](std::size_t first, std::span<const std::string> piece) {
    std::vector<CertainMoleculePrediction> said =
        predictor.predict(piece, beside.rows(first, piece.size() / width), confidence);
    for (std::size_t i = 0; i < said.size(); ++i) {
      const std::size_t row = first + i;
      result.take(row, said[i].prediction);
      std::ranges::move(said[i].certainty, certainty.begin() + static_cast<std::ptrdiff_t>(row * tasks));
      warnings[row] = std::move(said[i].domain.warning);
      if (said[i].domain.nearest.empty()) continue;
      nearest[row] = said[i].domain.nearest.front().number;
      similarity[row] = said[i].domain.nearest.front().similarity;
    }
  });
  const nb::tuple sure = certainty_to_python(certainty, tasks);
  nb::object values = result.array();
  return nb::make_tuple(values, sure, std::move(result.errors), std::move(warnings),
                        to_numpy(std::move(nearest)), to_numpy(std::move(similarity)));
}

nb::tuple embed(const MoleculePredictor& predictor, const Smiles& smiles, int threads,
                const BesideColumns& columns) {
  check_whole(predictor, smiles);
  const Beside beside(predictor, smiles, columns);
  const MoleculeEmbedder embedder(predictor);
  const std::size_t molecules = predictor.featurize_options().num_molecules();
  const std::size_t rows = smiles.size() / molecules;
  const auto width = static_cast<std::size_t>(embedder.width());
  std::vector<float> values(rows * width);
  std::vector<std::string> errors(rows);
  by_pieces(smiles, molecules, threads, [&](std::size_t first, std::span<const std::string> piece) {
    MoleculeEmbeddings part = embedder.embed(piece, beside.rows(first, piece.size() / molecules));
    std::ranges::copy(part.values, values.begin() + static_cast<std::ptrdiff_t>(first * width));
    std::ranges::move(part.errors, errors.begin() + static_cast<std::ptrdiff_t>(first));
  });
  return nb::make_tuple(to_numpy(std::move(values), {rows, width}), std::move(errors));
}

void bind_predictor_class(nb::module_& module) {
  const auto options = [](const MoleculePredictor& predictor) -> const FeaturizeOptions& {
    return predictor.featurize_options();
  };
  const auto first = [](const MoleculePredictor& predictor) -> const TrainedModel& {
    return predictor.predictor().members().front();
  };
  nb::class_<MoleculePredictor>(module, "MoleculePredictor",
                                "A trained model that reads SMILES, as the programs have it. Thread-safe.")
      .def_static(
          "load", [](const fs::path& path) { return MoleculePredictor::load(path); }, nb::arg("path"),
          nb::call_guard<nb::gil_scoped_release>(),
          "A model file, or the models in the folder of a run. Raises FileError naming the file and what is "
          "wrong with it.")
      .def("save", &MoleculePredictor::save, nb::arg("path"), nb::call_guard<nb::gil_scoped_release>(),
           "Writes one file that load() and the programs read. Raises FileError.")
      .def(
          "predict", &predict, nb::arg("smiles"), nb::arg("threads") = 0,
          nb::arg("columns").noconvert() = nb::none(),
          "(values [rows, columns] float64, NaN where there is an error; errors [rows], empty where there is "
          "none). Of a model of several molecules a row the SMILES are row after row. `columns` are the "
          "numbers beside the molecules, float64 [rows, descriptor_columns]. Raises ShapeError for columns "
          "of "
          "another shape, ConfigError for a model of atoms or bonds.")
      .def("predict_things", &predict_things, nb::arg("smiles"), nb::arg("threads") = 0,
           "(arrays [things, columns] float64 of each molecule, of a model of atoms or bonds in the order of "
           "the SMILES, empty where there is an error; errors). Raises ConfigError for a model of whole "
           "molecules.")
      .def("predict_certainty", &predict_certainty, nb::arg("smiles"), nb::arg("confidence"),
           nb::arg("threads") = 0, nb::arg("columns").noconvert() = nb::none(),
           "(values, (low, high, classes), errors, warnings, nearest, similarity); see predict(). low and "
           "high "
           "[rows, tasks] hold the measured value with this confidence. Raises ConfigError unless "
           "0 < confidence < 1, and if the model is not calibrated.")
      .def("embed", &embed, nb::arg("smiles"), nb::arg("threads") = 0,
           nb::arg("columns").noconvert() = nb::none(),
           "(values [rows, width] float32, NaN where there is an error; errors). Raises as predict() does.")
      .def_prop_ro(
          "level",
          [](const MoleculePredictor& predictor) {
            return std::string(name_of(kReadoutNames, predictor.level()));
          },
          "What has a value: 'graph' (the molecule), 'node' (an atom) or 'edge' (a bond).")
      .def_prop_ro(
          "columns", [](const MoleculePredictor& predictor) { return predictor.columns(); },
          "Names of the columns of values.")
      .def_prop_ro(
          "tasks", [=](const MoleculePredictor& predictor) { return first(predictor).tasks; },
          "For each target its type ('regression', 'classification' or 'multiclass'), classes and "
          "class_names.")
      .def_prop_ro(
          "target_names", [=](const MoleculePredictor& predictor) { return first(predictor).target_names; },
          "Names of the targets.")
      .def_prop_ro(
          "calibrated",
          [](const MoleculePredictor& predictor) { return predictor.predictor().calibration() != nullptr; },
          "Whether predict_certainty() has what it needs.")
      .def_prop_ro(
          "num_members",
          [](const MoleculePredictor& predictor) { return predictor.predictor().members().size(); },
          "Networks whose mean is predicted.")
      .def_prop_ro(
          "standardize",
          [=](const MoleculePredictor& predictor) { return names(options(predictor).standardize); },
          "Steps that change molecules after they are read.")
      .def_prop_ro(
          "descriptor_columns",
          [=](const MoleculePredictor& predictor) { return options(predictor).columns; },
          "Names of the numbers that are read beside the molecules.")
      .def_prop_ro(
          "molecules", [=](const MoleculePredictor& predictor) { return options(predictor).molecules; },
          "Names of the molecules of a row; empty where it is one.");
}

}  // namespace

void bind_molecules(nb::module_& module) {
  bind_predictor_class(module);
}

}  // namespace plstm::python
