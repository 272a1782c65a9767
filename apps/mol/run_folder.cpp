#include "run_folder.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <plstm/data/csv.hpp>
#include <plstm/data/number.hpp>

namespace plstm::mol {
namespace {

std::string field(double value) {
  return std::isnan(value) ? "" : format_number(value);
}

}  // namespace

MetricsFile::MetricsFile(const std::filesystem::path& path, Metric metric) : file_(path) {
  const std::vector<std::string> header{"model",
                                        "epoch",
                                        "learning_rate",
                                        "train_loss",
                                        "validation_loss",
                                        fmt::format("validation_{}", name(metric)),
                                        "best",
                                        "molecules_per_second",
                                        "seconds"};
  write_csv_row(file_.stream(), header);
}

void MetricsFile::add(std::int64_t model, const EpochReport& r) {
  const std::vector<std::string> fields{fmt::to_string(model),
                                        fmt::to_string(r.epoch),
                                        format_number(r.learning_rate),
                                        field(r.train_loss),
                                        field(r.validation_loss),
                                        field(r.validation_metric),
                                        r.best ? "1" : "0",
                                        fmt::format("{:.1f}", r.samples_per_second),
                                        fmt::format("{:.3f}", r.seconds)};
  write_csv_row(file_.stream(), fields);
  file_.stream().flush();
}

std::string format_prediction(double value) {
  return fmt::format("{:.10g}", value);
}

void write_predictions(const std::filesystem::path& path, const Dataset& data,
                       std::span<const std::int32_t> rows, const std::vector<std::string>& names,
                       const Matrix<double>& predictions) {
  AtomicFile file(path);
  std::vector<std::string> header{"row", "smiles"};
  const bool with_ids = std::ranges::any_of(data.ids, [](const std::string& id) { return !id.empty(); });
  if (with_ids) header.emplace_back("id");
  for (const std::string& target : data.target_names) header.push_back(target + "_true");
  header.insert(header.end(), names.begin(), names.end());
  header.emplace_back("error");
  write_csv_row(file.stream(), header);
  std::vector<std::string> fields;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::int32_t row = rows[i];
    const auto at = static_cast<std::size_t>(row);
    fields = {fmt::to_string(row + 1), data.smiles[at]};
    if (with_ids) fields.push_back(data.ids[at]);
    for (Index task = 0; task < data.targets.cols(); ++task) {
      fields.push_back(data.present(row, task) != 0 ? format_number(data.targets(row, task)) : "");
    }
    const bool predicted = data.good(row);
    for (Index c = 0; c < predictions.cols(); ++c) {
      fields.push_back(predicted ? format_prediction(predictions(static_cast<Index>(i), c)) : "");
    }
    fields.push_back(data.errors[at]);
    write_csv_row(file.stream(), fields);
  }
  file.commit();
}

}  // namespace plstm::mol
