#include "morgan.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <span>

#include <plstm/train/logistic.hpp>
#include <plstm/train/ridge.hpp>

namespace plstm::bench {
namespace {

constexpr Index kBits = 2048;  // of FingerprintOptions
constexpr std::array<double, 6> kPenalties{0.03, 0.3, 1, 3, 10, 100};

using Rows = std::span<const std::int32_t>;

std::vector<std::int32_t> labelled(const BenchData& data, Rows rows, Index task) {
  std::vector<std::int32_t> kept;
  std::ranges::copy_if(rows, std::back_inserter(kept),
                       [&](std::int32_t row) { return data.present(row, task) != 0; });
  return kept;
}

std::vector<double> labels_of(const BenchData& data, Rows rows, Index task) {
  std::vector<double> labels;
  for (const std::int32_t row : rows) labels.push_back(data.targets(row, task));
  return labels;
}

BinaryRows bits_of(const BenchData& data, Rows rows) {
  BinaryRows bits{kBits};
  for (const std::int32_t row : rows) bits.append(data.fingerprints[static_cast<std::size_t>(row)]);
  return bits;
}

Matrix<float> dense_bits(const BenchData& data, Rows rows) {
  Matrix<float> dense = Matrix<float>::Zero(static_cast<Index>(rows.size()), kBits);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (const std::uint32_t bit : data.fingerprints[static_cast<std::size_t>(rows[i])]) {
      dense(static_cast<Index>(i), bit) = 1;
    }
  }
  return dense;
}

void put(std::span<const double> values, Index task, Matrix<float>& outputs) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    outputs(static_cast<Index>(i), task) = static_cast<float>(values[i]);
  }
}

void ridge(const BenchData& data, const Split& split, Rows train, Index task, Matrix<float>& validation,
           Matrix<float>& test) {
  const Matrix<float> known = dense_bits(data, train);
  const RidgeModel model =
      fit_ridge<float>({known.data(), known.rows(), known.cols()}, labels_of(data, train, task));
  for (const auto& [rows, outputs] : {std::pair(&split.validation, &validation), {&split.test, &test}}) {
    const Matrix<float> dense = dense_bits(data, *rows);
    put(predict<float>(model, {dense.data(), dense.rows(), dense.cols()}), task, *outputs);
  }
}

void logistic(const BenchData& data, const Split& split, Rows train, Index task, Matrix<float>& validation,
              Matrix<float>& test) {
  const BinaryRows known = bits_of(data, train);
  const std::vector<double> labels = labels_of(data, train, task);
  const std::vector<std::int32_t> judged = labelled(data, split.validation, task);
  const BinaryRows judged_bits = bits_of(data, judged);
  const std::vector<double> judged_labels = labels_of(data, judged, task);
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
    const std::vector<std::int32_t> train = labelled(data, split.train, task);
    const std::vector<double> labels = labels_of(data, train, task);
    if (labels.empty() || std::ranges::count(labels, labels.front()) == std::ssize(labels)) continue;
    if (data.task == TaskType::kRegression) {
      ridge(data, split, train, task, validation, test);
    } else {
      logistic(data, split, train, task, validation, test);
    }
  }
  return data.targets.cols() * (kBits + 1);
}

}  // namespace plstm::bench
