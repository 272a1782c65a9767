#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <plstm/core/atomic_file.hpp>
#include <plstm/core/matrix.hpp>
#include <plstm/data/split.hpp>
#include <plstm/train/loop/trainer.hpp>

#include "report.hpp"
#include "support/molecules/molecule_dataset.hpp"

namespace plstm::mol {

/// Writes metrics.csv, a line per epoch. Until finish() the file has the ending .partial, and it can be read
/// while it grows.
class MetricsFile {
 public:
  MetricsFile(const std::filesystem::path& path, Metric metric);
  void add(std::int64_t model, const EpochReport& report);
  void finish() { file_.commit(); }

 private:
  AtomicFile file_;
};

/// A prediction with ten digits: more than a network knows, and enough for targets with a large offset.
std::string format_prediction(double value);

/// Rows with their predictions, targets and errors. `rows` index the data set; a row without a prediction
/// (bad rows) has empty fields and its error.
void write_predictions(const std::filesystem::path& path, const Dataset& data,
                       std::span<const std::int32_t> rows, const std::vector<std::string>& names,
                       const Matrix<double>& predictions);

}  // namespace plstm::mol
