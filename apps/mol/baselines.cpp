#include "baselines.hpp"

#include <cstdint>

#include <plstm/chem/fingerprint.hpp>
#include <plstm/train/baselines/ridge.hpp>

#include "support/molecules/fingerprint_rows.hpp"

namespace plstm::mol {

Matrix<float> predict_mean(const Dataset& data, std::span<const std::int32_t> train,
                           std::span<const std::int32_t> rows) {
  Matrix<float> predictions(static_cast<Index>(rows.size()), data.targets.cols());
  for (Index task = 0; task < data.targets.cols(); ++task) {
    const std::vector<std::int32_t> kept = apps::labelled_rows(data.present, train, task);
    double sum = 0;
    for (const std::int32_t row : kept) sum += data.targets(row, task);
    predictions.col(task).setConstant(
        kept.empty() ? 0.0f : static_cast<float>(sum / static_cast<double>(kept.size())));
  }
  return predictions;
}

Matrix<float> predict_ridge(const Dataset& data, std::span<const std::int32_t> train,
                            std::span<const std::int32_t> rows) {
  const Index bits = FingerprintOptions{}.num_bits;
  Matrix<float> predictions = predict_mean(data, train, rows);
  const Matrix<float> features = apps::dense_fingerprints(data.fingerprints, rows, bits);
  for (Index task = 0; task < data.targets.cols(); ++task) {
    const std::vector<std::int32_t> kept = apps::labelled_rows(data.present, train, task);
    if (kept.size() < 2) continue;
    const Matrix<float> known = apps::dense_fingerprints(data.fingerprints, kept, bits);
    const RidgeModel model = fit_ridge<float>({known.data(), known.rows(), known.cols()},
                                              apps::labels_of(data.targets, kept, task));
    const std::vector<double> values =
        predict<float>(model, {features.data(), features.rows(), features.cols()});
    for (std::size_t i = 0; i < values.size(); ++i) {
      predictions(static_cast<Index>(i), task) = static_cast<float>(values[i]);
    }
  }
  return predictions;
}

}  // namespace plstm::mol
