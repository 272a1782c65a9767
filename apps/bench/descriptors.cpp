#include "descriptors.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include <plstm/nn/value_scaling.hpp>
#include <plstm/train/ridge.hpp>

#include "support/fingerprint_rows.hpp"

namespace plstm::bench {
namespace {

Matrix<float> values_of(const BenchData& data, std::span<const std::int32_t> rows,
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

}  // namespace

std::int64_t fit_and_predict_descriptors(const BenchData& data, const Split& split, Matrix<float>& validation,
                                         Matrix<float>& test) {
  const ValueScaling scaling = make_graph_value_scaling(data.graphs, split.train);
  const Matrix<float> judged[] = {values_of(data, split.validation, scaling),
                                  values_of(data, split.test, scaling)};
  Matrix<float>* outputs[] = {&validation, &test};
  for (Index task = 0; task < data.targets.cols(); ++task) {
    const std::vector<std::int32_t> train = apps::labelled_rows(data.present, split.train, task);
    const std::vector<double> labels = apps::labels_of(data.targets, train, task);
    if (labels.empty() || std::ranges::count(labels, labels.front()) == std::ssize(labels)) continue;
    const Matrix<float> known = values_of(data, train, scaling);
    const RidgeModel model = fit_ridge<float>({known.data(), known.rows(), known.cols()}, labels);
    for (std::size_t part = 0; part < 2; ++part) {
      const Matrix<float>& values = judged[part];
      const std::vector<double> predicted =
          predict<float>(model, {values.data(), values.rows(), values.cols()});
      for (std::size_t i = 0; i < predicted.size(); ++i) {
        (*outputs[part])(static_cast<Index>(i), task) = static_cast<float>(predicted[i]);
      }
    }
  }
  return data.targets.cols() * (data.graph_value_width + 1);
}

}  // namespace plstm::bench
