#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plstm {

struct MetricScore {
  std::string metric;
  std::optional<double> validation, test;  ///< absent where the metric is undefined
};

/// What decides the result of a run. Two runs with equal identities give equal results.
struct RunIdentity {
  std::string dataset, model, protocol, task;
  std::int32_t fold = 0;
  std::uint64_t seed = 0;
  std::string settings = "{}";  ///< of model and training: a JSON object without spaces
  std::string data_digest;      ///< of graphs and labels
  std::string split_digest;     ///< of the rows of the three parts

  /// Names the settings and the data. It is equal for all folds and seeds of one cell of a table.
  std::string cell() const;
  /// <dataset>_<model>_fold<f>_seed<s>_<digest of everything above>. Any file system takes it as the name of a file.
  std::string name() const;

  bool operator==(const RunIdentity&) const = default;
};

/// One finished run.
struct RunRecord {
  RunIdentity identity;
  std::vector<MetricScore> scores;  ///< the metric that chose the epoch comes first
  std::int64_t best_epoch = 0;      ///< 0 for models without epochs
  double seconds = 0;
  std::int64_t parameters = 0;
  std::int64_t train_rows = 0, validation_rows = 0, test_rows = 0;
};

/// The record as a JSON object, with a checksum of the rest as its last entry. Throws ConfigError if the settings are no
/// JSON object.
std::string to_json(const RunRecord& record);

/// Inverse of to_json(). Throws FileError for a text that is no record, is nested too deeply, or whose checksum does not
/// fit; records of older versions have none.
RunRecord parse_run_record(std::string_view text);

/// Writes runs/<name>.json below the folder, in one piece. The folder `runs` must be there. Throws FileError.
void write_run_record(const std::filesystem::path& folder, const RunRecord& record);

struct FoundRecords {
  std::vector<RunRecord> records;  ///< by file name
  std::vector<std::filesystem::path>
      unreadable;  ///< files that hold no record, or another one than their name says
};
/// All records in runs/ below the folder; none if that does not exist.
FoundRecords read_run_records(const std::filesystem::path& folder);

}  // namespace plstm
