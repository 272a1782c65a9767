#include "descriptors.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <plstm/nn/graphs/value_scaling.hpp>
#include <plstm/train/baselines/ridge.hpp>

#include "support/fingerprint_rows.hpp"

namespace plstm::bench {
namespace {

ConstMatrixMap<float> map_of(const Matrix<float>& matrix) {
  return {matrix.data(), matrix.rows(), matrix.cols()};
}

double squared_error(std::span<const double> predictions, std::span<const double> labels) {
  double sum = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    sum += (predictions[i] - labels[i]) * (predictions[i] - labels[i]);
  }
  return sum;
}

}  // namespace

Matrix<float> scaled_graph_values(const BenchData& data, std::span<const std::int32_t> rows,
                                  const ValueScaling& scaling) {
  Matrix<float> values(static_cast<Index>(rows.size()), data.graph_value_width);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::vector<float>& raw = data.graphs[static_cast<std::size_t>(rows[i])].graph.graph_values;
    for (Index c = 0; c < values.cols(); ++c) {
      values(static_cast<Index>(i), c) = static_cast<float>(
          scaled_value(scaling, static_cast<std::size_t>(c), raw[static_cast<std::size_t>(c)]));
    }
  }
  return values;
}

std::int64_t fit_and_predict_descriptors(const BenchData& data, const Split& split, Matrix<float>& validation,
                                         Matrix<float>& test) {
  const ValueScaling scaling = make_graph_value_scaling(data.graphs, split.train);
  for (Index task = 0; task < data.targets.cols(); ++task) {
    const auto train = apps::labelled_rows(data.present, split.train, task);
    const std::vector<double> labels = apps::labels_of(data.targets, train, task);
    if (labels.empty() || std::ranges::count(labels, labels.front()) == std::ssize(labels)) continue;
    const Matrix<float> known = scaled_graph_values(data, train, scaling);
    const auto judged = apps::labelled_rows(data.present, split.validation, task);
    const std::vector<double> judged_labels = apps::labels_of(data.targets, judged, task);
    const Matrix<float> judged_values = scaled_graph_values(data, judged, scaling);
    std::optional<RidgeModel> best;
    double least = 0;
    for (const double penalty : RidgeOptions{}.penalties) {
      RidgeModel model = fit_ridge<float>(map_of(known), labels, {{penalty}});
      const double error = squared_error(predict<float>(model, map_of(judged_values)), judged_labels);
      if (best.has_value() && error >= least) continue;
      least = error;
      best = std::move(model);
    }
    for (const auto& [rows, outputs] : {std::pair(&split.validation, &validation), {&split.test, &test}}) {
      const Matrix<float> values = scaled_graph_values(data, *rows, scaling);
      const std::vector<double> predicted = predict<float>(*best, map_of(values));
      for (std::size_t i = 0; i < predicted.size(); ++i) {
        (*outputs)(static_cast<Index>(i), task) = static_cast<float>(predicted[i]);
      }
    }
  }
  return data.targets.cols() * (data.graph_value_width + 1);
}

}  // namespace plstm::bench
