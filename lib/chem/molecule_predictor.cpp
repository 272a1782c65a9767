#include "plstm/chem/molecule_predictor.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <plstm/chem/descriptors/substructure_counts.hpp>
#include <plstm/chem/molecule.hpp>
#include <plstm/chem/rows/molecule_row.hpp>
#include <plstm/chem/things/molecule_things.hpp>
#include <plstm/chem/things/thing_predictions.hpp>
#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>
#include <plstm/core/shape.hpp>
#include <plstm/learn/run_folder.hpp>
#include <plstm/train/files/model_file.hpp>

#include "core/files/json_text.hpp"

namespace plstm {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Json molecule_value_names_json() {
  auto names = Json::array();
  for (const std::string& name : molecule_value_names()) names.push_back(name);
  return names;
}

std::vector<fs::path> model_files(std::span<const fs::path> paths) {
  std::vector<fs::path> files;
  for (const fs::path& path : paths) {
    if (!fs::is_directory(path)) {
      files.push_back(path);
      continue;
    }
    for (fs::path& file : model_files_of(path)) files.push_back(std::move(file));
  }
  return files;
}

// The model must read what featurize makes: codes of another vocabulary would choose rows of other features.
void check_features(const GraphModelConfig& config, const FeaturizeOptions& options) {
  const auto atom_values = static_cast<std::int32_t>(options.atom_values ? atom_value_names().size() : 0);
  const auto graph_values = static_cast<std::int32_t>(
      (options.molecule_values ? options.num_molecules() * molecule_value_names().size() : 0) +
      options.columns.size());
  if (config.node_vocabulary_sizes != node_vocabulary_sizes(options) ||
      config.edge_vocabulary_sizes != vocabulary_sizes(bond_columns()) ||
      config.node_value_width != atom_values || config.edge_value_width != 0 ||
      config.graph_value_width != graph_values) {
    throw FileError("the features that the model reads are not those of the molecules that it describes");
  }
}

// Empty if there is no such entry.
std::vector<std::string> names_in(const Json& json, const char* key, const char* what) {
  const auto names = json.find(key);
  if (names == json.end()) return {};
  const auto is_name = [](const Json& name) {
    return name.is_string() && !name.get_ref<const std::string&>().empty();
  };
  if (!names->is_array() || names->empty() || !std::ranges::all_of(*names, is_name)) {
    throw FileError(fmt::format("the model does not name the {}", what));
  }
  return names->get<std::vector<std::string>>();
}

// Row i of [rows, columns]; there may be no columns.
std::span<const double> row_of(std::span<const double> values, std::size_t i, std::size_t rows) {
  const std::size_t width = values.size() / rows;
  return values.subspan(i * width, width);
}

// Molecules whose graphs a predictor can take.
struct Usable {
  explicit Usable(std::size_t count) : graphs(count), things(count), is_good(count) {}

  // Fills entry i; the error, or nothing. Several threads may read different entries.
  std::string read(std::size_t i, std::span<const std::string> smiles, std::span<const double> columns,
                   const FeaturizeOptions& options, const Predictor& predictor,
                   const std::function<void(std::span<const Molecule>, const AttributedGraph&)>& see = {}) {
    try {
      const std::vector<Molecule> row = read_row(smiles, options).molecules;
      MolecularGraph graph = featurize(row, options, columns);
      const Readout level = predictor.members().front().config.readout;
      if (level != Readout::kGraph) things[i] = things_of_smiles(smiles.front(), row.front(), graph, level);
      graphs[i] = predictor.prepare(std::move(graph.graph));
      predictor.check(graphs[i]);
      if (see) see(row, graphs[i].graph);
      is_good[i] = 1;
      return {};
    } catch (const Error& error) {
      return error.what();
    }
  }

  // Then graph j is that of entry good[j].
  void drop_others() {
    for (std::size_t i = 0; i < is_good.size(); ++i) {
      if (is_good[i] == 0) continue;
      if (good.size() < i) graphs[good.size()] = std::move(graphs[i]);
      good.push_back(i);
    }
    graphs.resize(good.size());
  }

  // Predictions of the good entries; of atoms or bonds in the order of their SMILES.
  Predictions in_order(Predictions predictions, Readout level) const {
    if (level == Readout::kGraph) return predictions;
    std::vector<const MoleculeThings*> molecules;
    for (const std::size_t i : good) molecules.push_back(&things[i]);
    return in_input_order(std::move(predictions), molecules);
  }

  std::vector<PreparedGraph> graphs;
  std::vector<MoleculeThings> things;  // of atoms or bonds
  std::vector<std::uint8_t> is_good;
  std::vector<std::size_t> good;
};

}  // namespace

std::string featurizer_json(const FeaturizeOptions& options) {
  Json json;
  json["orientation"] = std::string(name(options.orientation));
  json["atom_values"] = options.atom_values;
  if (options.molecule_values) json["molecule_values"] = molecule_value_names_json();
  if (options.counts) json["counts"] = std::string(kSubstructureCounts);
  if (options.hydrogens) json["hydrogens"] = true;
  if (options.standardize.any()) json["standardize"] = names(options.standardize);
  if (!options.columns.empty()) json["columns"] = options.columns;
  if (!options.molecules.empty()) json["molecules"] = options.molecules;
  json["vocabulary"] = parse_json(vocabulary_json());
  return json_text(json);
}

FeaturizeOptions parse_featurizer(const std::string& text) {
  const Json json = try_parse_json(text);
  if (!json.is_object() || !json.contains("orientation") || !json["orientation"].is_string() ||
      !json.contains("vocabulary")) {
    throw FileError(
        "the model does not say how its molecules were featurised; it was not trained on molecules");
  }
  if (json["vocabulary"] != parse_json(vocabulary_json())) {
    throw FileError(
        "the model was trained with other atom and bond features; use the version of plstm that wrote it");
  }
  FeaturizeOptions options{bond_orientation(json["orientation"].get<std::string>())};
  const auto values = json.find("atom_values");  // older files lack it
  options.atom_values = values != json.end() && values->is_boolean() && values->get<bool>();
  if (const auto names = json.find("molecule_values"); names != json.end()) {
    if (*names != molecule_value_names_json()) {
      throw FileError(
          "the model was trained with other molecule values; use the version of plstm that wrote it");
    }
    options.molecule_values = true;
  }
  if (const auto counts = json.find("counts"); counts != json.end()) {
    if (*counts != std::string(kSubstructureCounts)) {
      throw FileError(
          "the model was trained with other counts of substructures; use the version of plstm that wrote it");
    }
    options.counts = true;
  }
  if (const auto hydrogens = json.find("hydrogens"); hydrogens != json.end()) {
    options.hydrogens = hydrogens->is_boolean() && hydrogens->get<bool>();
  }
  if (const auto steps = json.find("standardize"); steps != json.end()) {
    try {
      options.standardize = parse_standardize(steps->get<std::vector<std::string>>());
    } catch (const std::exception&) {
      throw FileError(
          "the model was trained on molecules that were standardised in another way; use the version of "
          "plstm that wrote it");
    }
  }
  options.columns = names_in(json, "columns", "columns that it reads beside the molecule");
  options.molecules = names_in(json, "molecules", "molecules of a row");
  if (options.molecules.size() == 1 || options.molecules.size() > kMostMolecules) {
    throw FileError(fmt::format("the model reads {} named molecules, expected 2 to {}",
                                options.molecules.size(), kMostMolecules));
  }
  return options;
}

std::vector<TrainedModel> load_molecule_models(std::span<const fs::path> paths) {
  std::vector<TrainedModel> members;
  read_whole_runs(paths, [&] {
    members.clear();
    for (const fs::path& file : model_files(paths)) {
      for (TrainedModel& member : load_models(file)) {
        try {
          check_features(member.config, parse_featurizer(member.featurizer));
          if (!members.empty()) check_same_task(members.front(), member);
        } catch (const Error& error) {
          throw FileError(fmt::format("{}: {}", file.string(), error.what()));
        }
        members.push_back(std::move(member));
      }
    }
  });
  return members;
}

MoleculePredictor::MoleculePredictor(Predictor predictor)
    : predictor_(std::move(predictor)),
      domain_(predictor_),
      options_(parse_featurizer(predictor_.members().front().featurizer)) {
  // Networks read no counts, and most of the time of reading a molecule would go into them.
  const auto has_companion = [](const TrainedModel& member) { return member.companion != nullptr; };
  options_.counts = options_.counts && std::ranges::any_of(predictor_.members(), has_companion);
}

MoleculePredictor MoleculePredictor::load(const fs::path& path) {
  return load(std::span(&path, 1));
}

MoleculePredictor MoleculePredictor::load(std::span<const fs::path> paths) {
  return MoleculePredictor(Predictor(load_molecule_models(paths)));
}

std::size_t MoleculePredictor::check_rows(std::span<const std::string> smiles,
                                          std::span<const double> columns) const {
  const std::size_t molecules = options_.num_molecules(), rows = smiles.size() / molecules;
  check_size("MoleculePredictor", "smiles", std::ssize(smiles), static_cast<std::int64_t>(rows * molecules));
  if (!columns.empty()) {
    check_size("MoleculePredictor", "columns", std::ssize(columns),
               static_cast<std::int64_t>(rows * options_.columns.size()));
  }
  return rows;
}

std::vector<MoleculePrediction> MoleculePredictor::predict(std::span<const std::string> smiles) const {
  return predict(smiles, std::span<const double>());
}

std::vector<MoleculePrediction> MoleculePredictor::predict(std::span<const std::string> smiles,
                                                           std::span<const double> columns) const {
  const std::size_t rows = check_rows(smiles, columns), width = options_.num_molecules();
  std::vector<MoleculePrediction> results(rows);
  Usable usable(rows);
  parallel_for(rows, 1, [&](std::size_t i) {
    results[i].error =
        usable.read(i, smiles.subspan(i * width, width), row_of(columns, i, rows), options_, predictor_);
  });
  usable.drop_others();
  const Predictions predictions =
      usable.in_order(predictor_.predict(std::span<const PreparedGraph>(usable.graphs)), level());
  for (std::size_t i = 0; i < usable.good.size(); ++i) {
    const std::span<const double> row = predictions.of_graph(static_cast<std::int64_t>(i));
    results[usable.good[i]].values.assign(row.begin(), row.end());
  }
  return results;
}

std::vector<CertainMoleculePrediction> MoleculePredictor::predict(std::span<const std::string> smiles,
                                                                  double confidence,
                                                                  std::int64_t neighbours) const {
  return predict(smiles, std::span<const double>(), confidence, neighbours);
}

std::vector<CertainMoleculePrediction> MoleculePredictor::predict(std::span<const std::string> smiles,
                                                                  std::span<const double> columns,
                                                                  double confidence,
                                                                  std::int64_t neighbours) const {
  const std::size_t rows = check_rows(smiles, columns), width = options_.num_molecules();
  const ConfidenceLevel at_confidence = predictor_.level(confidence);
  const std::vector<Task>& tasks = predictor_.members().front().tasks;
  std::vector<CertainMoleculePrediction> results(rows);
  Usable usable(rows);
  parallel_for(rows, 1, [&](std::size_t i) {
    const auto see = [&](std::span<const Molecule> row, const AttributedGraph& graph) {
      results[i].domain = domain_.compare(row, graph, neighbours);
    };
    results[i].prediction.error =
        usable.read(i, smiles.subspan(i * width, width), row_of(columns, i, rows), options_, predictor_, see);
    if (!results[i].prediction) results[i].domain = {};
  });
  usable.drop_others();
  std::vector<std::int32_t> all(usable.graphs.size());
  std::iota(all.begin(), all.end(), 0);
  const Predictions predictions =
      usable.in_order(predictor_.predict_with_errors(usable.graphs, all), level());
  for (std::size_t i = 0; i < usable.good.size(); ++i) {
    CertainMoleculePrediction& result = results[usable.good[i]];
    const std::span<const double> values = predictions.of_graph(static_cast<std::int64_t>(i));
    result.prediction.values.assign(values.begin(), values.end());
    for (std::int64_t row = predictions.offsets[i]; row < predictions.offsets[i + 1]; ++row) {
      const std::vector<TaskCertainty> of_row = certainty_of(predictions, row, tasks, at_confidence);
      result.certainty.insert(result.certainty.end(), of_row.begin(), of_row.end());
    }
  }
  return results;
}

MoleculePrediction MoleculePredictor::predict(const std::string& smiles) const {
  return predict(std::span(&smiles, 1)).front();
}

}  // namespace plstm
