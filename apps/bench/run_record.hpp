#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "settings.hpp"

namespace plstm::bench {

struct MetricScore {
  std::string metric;
  std::optional<double> validation, test;  ///< absent where undefined
};

/// What a run is: equal for two runs that must give equal results.
struct RunIdentity {
  std::string dataset, model, protocol, task;
  std::int32_t fold = 0;
  std::uint64_t seed = 0;
  Json settings;             ///< of model and training
  std::string data_digest;   ///< of graphs and labels
  std::string split_digest;  ///< of the rows of the three parts

  /// Names the settings and the data: equal for all folds and seeds of one cell of a table.
  std::string cell() const;
  /// <dataset>_<model>_fold<f>_seed<s>_<hash of everything above>.
  std::string name() const;
};

/// One finished run.
struct RunRecord {
  RunIdentity identity;
  std::vector<MetricScore> scores;  ///< the metric that chose the epoch first
  std::int64_t best_epoch = 0;      ///< 0 for models without epochs
  double seconds = 0;
  std::int64_t parameters = 0;
  std::int64_t train_rows = 0, validation_rows = 0, test_rows = 0;
};

/// Writes runs/<name>.json below the folder, in one piece.
void write_record(const std::filesystem::path& folder, const RunRecord& record);

struct FoundRecords {
  std::vector<RunRecord> records;                 ///< by file name
  std::vector<std::filesystem::path> unreadable;  ///< files that are no record, or not what their name says
};
FoundRecords read_records(const std::filesystem::path& folder);

Json to_json(const RunRecord& record);

}  // namespace plstm::bench
