#include "held_out_rows.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <plstm/train/loop/prediction.hpp>

namespace plstm {
namespace {

using Values = std::vector<double>;

// What each network says of the things of the graphs.
std::vector<Values> outputs_of(const TrainedNetworks& networks, std::span<const std::int32_t> graphs) {
  const Index columns = num_outputs(networks.tasks);
  std::vector<Values> all;
  for (const TrainResult& result : networks.results) {
    all.emplace_back();
    if (result.best_epoch == 0) continue;
    const std::vector<float> outputs =
        predict(networks.learner, result.parameters, graphs, networks.precision);
    all.back().assign(outputs.begin(), outputs.end());
    finish_predictions<double>(networks.tasks, networks.scaler,
                               {all.back().data(), std::ssize(all.back()) / columns, columns});
  }
  return all;
}

// Mean and standard deviation of what the networks but one say at a place.
struct Moments {
  double mean = 0, deviation = 0;
};

Moments moments(std::span<const Values> all, std::size_t at, std::size_t without) {
  double count = 0, mean = 0, squares = 0;
  for (std::size_t m = 0; m < all.size(); ++m) {
    if (m == without || all[m].empty()) continue;
    count += 1;
    const double step = all[m][at] - mean;
    mean += step / count;
    squares += step * (all[m][at] - mean);
  }
  return {mean, count > 0 ? std::sqrt(squares / count) : 0};
}

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// The mean logarithm of the spreads of each column. `least` is added to them, as a spread may be 0.
Values mean_logarithms(const HeldOutRows& rows, std::size_t columns, std::span<const double> least) {
  Values means(columns, 0);
  for (std::size_t i = 0; i < rows.spreads.size(); ++i) {
    const std::size_t column = i % columns;
    means[column] += std::log(rows.spreads[i] + least[column]) / static_cast<double>(rows.rows.size());
  }
  return means;
}

// A thousandth of the mean spread, so that a few rows without any do not decide.
Values least_spreads(const HeldOutRows& rows, std::size_t columns) {
  Values least(columns, 1e-12);
  for (std::size_t i = 0; i < rows.spreads.size(); ++i) {
    least[i % columns] += 1e-3 * rows.spreads[i] / static_cast<double>(rows.rows.size());
  }
  return least;
}

}  // namespace

HeldOutRows mean_of_networks(const TrainedNetworks& networks, std::span<const std::int32_t> graphs,
                             std::span<const std::int64_t> offsets, std::span<const std::uint8_t> mask) {
  HeldOutRows rows;
  const auto columns = static_cast<std::size_t>(num_outputs(networks.tasks));
  const std::vector<Values> all = outputs_of(networks, graphs);
  std::size_t row = 0;
  for (const std::int32_t graph : graphs) {
    const auto g = static_cast<std::size_t>(graph);
    for (std::int64_t thing = offsets[g]; thing < offsets[g + 1]; ++thing, ++row) {
      if (!mask.empty() && mask[static_cast<std::size_t>(thing)] == 0) continue;
      rows.rows.push_back(static_cast<std::int32_t>(thing));
      for (std::size_t c = 0; c < columns; ++c) {
        const Moments both = moments(all, row * columns + c, kNone);
        rows.values.push_back(both.mean);
        rows.spreads.push_back(both.deviation);
      }
    }
  }
  return rows;
}

HeldOutRows rows_of_folds(const TrainedNetworks& networks, std::span<const Fold> folds,
                          const HeldOutRows& typical) {
  HeldOutRows rows;
  const auto columns = static_cast<std::size_t>(num_outputs(networks.tasks));
  for (std::size_t m = 0; m < std::min(folds.size(), kHeldOutFolds); ++m) {
    if (networks.results[m].best_epoch == 0) continue;
    const std::vector<Values> all = outputs_of(networks, folds[m].held_out);
    for (std::size_t i = 0; i < folds[m].held_out.size(); ++i) {
      rows.rows.push_back(folds[m].held_out[i]);
      for (std::size_t c = 0; c < columns; ++c) {
        rows.values.push_back(all[m][i * columns + c]);
        rows.spreads.push_back(moments(all, i * columns + c, m).deviation);
      }
    }
  }
  if (typical.rows.empty() || rows.rows.empty()) return rows;
  const Values least = least_spreads(typical, columns);
  const Values wanted = mean_logarithms(typical, columns, least);
  const Values found = mean_logarithms(rows, columns, least);
  for (std::size_t i = 0; i < rows.spreads.size(); ++i) {
    rows.spreads[i] *= std::exp(wanted[i % columns] - found[i % columns]);
  }
  return rows;
}

void mix_companion(const CompanionFit& companion, std::span<const std::int32_t> chosen, HeldOutRows& rows) {
  if (rows.rows.empty()) return;
  const double share = companion.companion->share;
  const std::size_t columns = rows.values.size() / rows.rows.size();
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    const auto at = static_cast<std::size_t>(std::ranges::lower_bound(chosen, rows.rows[i]) - chosen.begin());
    for (std::size_t c = 0; c < columns; ++c) {
      double& value = rows.values[i * columns + c];
      value = (1 - share) * value + share * companion.held_out[at * columns + c];
    }
  }
}

void take_kind_errors(const CompanionFit& of_errors, std::span<const std::int32_t> chosen,
                      HeldOutRows& rows) {
  const std::size_t tasks = of_errors.held_out.size() / chosen.size();
  rows.kind_errors.clear();
  for (const std::int32_t row : rows.rows) {
    const auto at =
        (std::ranges::lower_bound(chosen, row) - chosen.begin()) * static_cast<std::ptrdiff_t>(tasks);
    rows.kind_errors.insert(rows.kind_errors.end(), of_errors.held_out.begin() + at,
                            of_errors.held_out.begin() + at + static_cast<std::ptrdiff_t>(tasks));
  }
}

void append(HeldOutRows& rows, const HeldOutRows& more) {
  rows.rows.insert(rows.rows.end(), more.rows.begin(), more.rows.end());
  rows.values.insert(rows.values.end(), more.values.begin(), more.values.end());
  rows.spreads.insert(rows.spreads.end(), more.spreads.begin(), more.spreads.end());
}

}  // namespace plstm
