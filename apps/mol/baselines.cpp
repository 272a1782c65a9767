#include "baselines.hpp"

#include <algorithm>
#include <cstdint>

#include <plstm/chem/fingerprint.hpp>
#include <plstm/train/ridge.hpp>

namespace plstm::mol {
namespace {

std::vector<std::int32_t> labelled(const Dataset& data, std::span<const std::int32_t> rows, Index task) {
  std::vector<std::int32_t> kept;
  std::ranges::copy_if(rows, std::back_inserter(kept),
                       [&](std::int32_t row) { return data.present(row, task) != 0; });
  return kept;
}

Matrix<float> dense_fingerprints(const Dataset& data, std::span<const std::int32_t> rows) {
  Matrix<float> dense = Matrix<float>::Zero(static_cast<Index>(rows.size()), FingerprintOptions{}.num_bits);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (const std::uint32_t bit : data.fingerprints[static_cast<std::size_t>(rows[i])]) {
      dense(static_cast<Index>(i), bit) = 1;
    }
  }
  return dense;
}

}  // namespace

Matrix<float> predict_mean(const Dataset& data, std::span<const std::int32_t> train,
                           std::span<const std::int32_t> rows) {
  Matrix<float> predictions(static_cast<Index>(rows.size()), data.targets.cols());
  for (Index task = 0; task < data.targets.cols(); ++task) {
    const std::vector<std::int32_t> kept = labelled(data, train, task);
    double sum = 0;
    for (const std::int32_t row : kept) sum += data.targets(row, task);
    predictions.col(task).setConstant(
        kept.empty() ? 0.0f : static_cast<float>(sum / static_cast<double>(kept.size())));
  }
  return predictions;
}

Matrix<float> predict_ridge(const Dataset& data, std::span<const std::int32_t> train,
                            std::span<const std::int32_t> rows) {
  Matrix<float> predictions = predict_mean(data, train, rows);
  const Matrix<float> features = dense_fingerprints(data, rows);
  for (Index task = 0; task < data.targets.cols(); ++task) {
    const std::vector<std::int32_t> kept = labelled(data, train, task);
    if (kept.size() < 2) continue;
    std::vector<double> targets;
    for (const std::int32_t row : kept) targets.push_back(data.targets(row, task));
    const Matrix<float> known = dense_fingerprints(data, kept);
    const RidgeModel model = fit_ridge<float>({known.data(), known.rows(), known.cols()}, targets);
    const std::vector<double> values =
        predict<float>(model, {features.data(), features.rows(), features.cols()});
    for (std::size_t i = 0; i < values.size(); ++i) {
      predictions(static_cast<Index>(i), task) = static_cast<float>(values[i]);
    }
  }
  return predictions;
}

}  // namespace plstm::mol
