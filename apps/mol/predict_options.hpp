#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <plstm/chem/molecule_predictor.hpp>
#include <plstm/chem/screen/prediction_rows.hpp>
#include <plstm/chem/screen/screen_part.hpp>

#include "certainty_flags.hpp"
#include "support/molecules/molecule_dataset.hpp"
#include "tables.hpp"

namespace CLI {
class App;
}

namespace plstm::mol {

/// What the user says of an output in parts.
struct PartFlags {
  std::int64_t rows = 0;  ///< of a part; 0: the default
  std::string shard;      ///< "3/8"; empty: all parts
  bool resume = false;
  bool gzip = false;
  bool plan_only = false;

  bool any() const { return rows > 0 || !shard.empty() || resume || gzip || plan_only; }
};

struct PredictOptions {
  InputOptions input;
  std::vector<std::filesystem::path> inputs;
  std::vector<std::filesystem::path> models;
  std::filesystem::path output;
  std::vector<std::string> smiles;
  bool drop_extra_columns = false;
  bool each_thing = false;  ///< a row for each atom or bond
  std::vector<std::string> columns;
  BestOptions best;
  PartFlags parts;
  CertaintyOptions certainty;
  CellOptions cells;
  std::string precision;  ///< empty: as in training
  int threads = 0;

  bool keeps_best() const { return best.keep > 0; }
};

/// What the rows of the table hold. Throws ConfigError.
PredictionRowOptions row_options(const PredictOptions& options);

/// How the files are read. Throws ConfigError.
MoleculeReaderOptions reading_of(const PredictOptions& options, const MoleculePredictor& predictor);

/// Whether the output is a folder with parts. Throws ConfigError for flags of parts where it is none.
bool writes_parts(const PredictOptions& options);

/// --part-rows, --shard, --resume and what else belongs to an output in parts, in a group of their own.
void add_part_flags(CLI::App& app, PartFlags& flags);

/// Predicts all files, or a shard of them, into the folder, and says on standard output what was written. Throws
/// apps::Stopped after Ctrl-C and SIGTERM, and FileError unless the models are still those of `runs`, their
/// states_of_runs() before the predictor was read. Ranks share out the parts.
void predict_parts(const PredictOptions& options, const MoleculePredictor& predictor,
                   std::span<const std::string> runs, const Ranks& ranks);

}  // namespace plstm::mol
