#include "morgan.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include <plstm/train/baselines/logistic.hpp>
#include <plstm/train/baselines/ridge.hpp>

#include "support/fingerprint_rows.hpp"

namespace plstm::bench {
namespace {

constexpr std::array<double, 6> kPenalties{0.03, 0.3, 1, 3, 10, 100};

using Rows = std::span<const std::int32_t>;

BinaryRows bits_of(const BenchData& data, Rows rows) {
  BinaryRows bits{data.fingerprint_bits};
  for (const std::int32_t row : rows) bits.append(data.fingerprints[static_cast<std::size_t>(row)]);
  return bits;
}

Matrix<float> dense_bits(const BenchData& data, Rows rows) {
  return apps::dense_fingerprints(data.fingerprints, rows, data.fingerprint_bits);
}

void put(std::span<const double> values, Index task, Matrix<float>& outputs) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    outputs(static_cast<Index>(i), task) = static_cast<float>(values[i]);
  }
}

void ridge(const BenchData& data, const Split& split, Rows train, Index task, Matrix<float>& validation,
           Matrix<float>& test) {
  const Matrix<float> known = dense_bits(data, train);
  const RidgeModel model = fit_ridge<float>({known.data(), known.rows(), known.cols()},
                                            apps::labels_of(data.targets, train, task));
  for (const auto& [rows, outputs] : {std::pair(&split.validation, &validation), {&split.test, &test}}) {
    const Matrix<float> dense = dense_bits(data, *rows);
    put(predict<float>(model, {dense.data(), dense.rows(), dense.cols()}), task, *outputs);
  }
}

void logistic(const BenchData& data, const Split& split, Rows train, Index task, Matrix<float>& validation,
              Matrix<float>& test) {
  const BinaryRows known = bits_of(data, train);
  const std::vector<double> labels = apps::labels_of(data.targets, train, task);
  const std::vector<std::int32_t> judged = apps::labelled_rows(data.present, split.validation, task);
  const BinaryRows judged_bits = bits_of(data, judged);
  const std::vector<double> judged_labels = apps::labels_of(data.targets, judged, task);
  std::optional<LogisticModel> best;
  double best_score = -1;
  for (const double penalty : kPenalties) {
    LogisticModel model = fit_logistic(known, labels, {.penalty = penalty});
    // A task whose validation labels are all equal judges no penalty; then the first one stays.
    const double score = roc_auc(predict(model, judged_bits), judged_labels).value_or(0);
    if (score <= best_score) continue;
    best_score = score;
    best = std::move(model);
  }
  put(predict(*best, bits_of(data, split.validation)), task, validation);
  put(predict(*best, bits_of(data, split.test)), task, test);
}

}  // namespace

std::int64_t fit_and_predict_fingerprints(const BenchData& data, const Split& split,
                                          Matrix<float>& validation, Matrix<float>& test) {
  for (Index task = 0; task < data.targets.cols(); ++task) {
    const std::vector<std::int32_t> train = apps::labelled_rows(data.present, split.train, task);
    const std::vector<double> labels = apps::labels_of(data.targets, train, task);
    if (labels.empty() || std::ranges::count(labels, labels.front()) == std::ssize(labels)) continue;
    if (data.task == TaskType::kRegression) {
      ridge(data, split, train, task, validation, test);
    } else {
      logistic(data, split, train, task, validation, test);
    }
  }
  return data.targets.cols() * (data.fingerprint_bits + 1);
}

}  // namespace plstm::bench
