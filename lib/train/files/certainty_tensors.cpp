#include "certainty_tensors.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <plstm/core/error.hpp>

#include "named_tensors.hpp"

namespace plstm {
namespace {

template <class T>
Tensor vector_tensor(const std::string& name, std::span<const T> values) {
  return make_tensor<T>(name, {std::ssize(values)}, values);
}

std::string name_of_part(const char* prefix, std::size_t number, std::string_view part) {
  return fmt::format("{}{}.{}", prefix, number, part);
}

Calibration read_calibration(NamedTensors& tensors, std::size_t number) {
  const auto name = [&](std::string_view part) { return name_of_part(kCalibrationPrefix, number, part); };
  Calibration calibration;
  calibration.typical_errors = tensors.take<double>(name("typical_errors"), 1);
  const std::vector<double> scores = tensors.take<double>(name("scores"), 1);
  std::int64_t next = 0;
  for (const std::int64_t count : tensors.take<std::int64_t>(name("counts"), 1)) {
    const std::int64_t kept = std::clamp<std::int64_t>(count, 0, kMostConformalScores);
    if (kept > std::ssize(scores) - next) {
      throw FileError(
          fmt::format("tensor '{}' has {} numbers, too few for its counts", name("scores"), scores.size()));
    }
    calibration.scores.push_back({{scores.begin() + next, scores.begin() + next + kept}, count});
    check_conformal_scores(calibration.scores.back());
    next += kept;
  }
  if (next != std::ssize(scores)) {
    throw FileError(
        fmt::format("tensor '{}' has {} numbers, too many for its counts", name("scores"), scores.size()));
  }
  return calibration;
}

TrainingDomain read_domain(NamedTensors& tensors, std::size_t number) {
  const auto name = [&](std::string_view part) { return name_of_part(kDomainPrefix, number, part); };
  TrainingDomain domain;
  const std::vector<std::int64_t> nodes = tensors.take<std::int64_t>(name("nodes"), 1);
  if (nodes.size() != 2) {
    throw FileError(fmt::format("tensor '{}' has {} numbers, expected 2", name("nodes"), nodes.size()));
  }
  domain.fewest_nodes = nodes[0];
  domain.most_nodes = nodes[1];
  domain.node_codes = tensors.take<std::uint32_t>(name("node_codes"), 1);
  domain.edge_codes = tensors.take<std::uint32_t>(name("edge_codes"), 1);
  domain.numbers = tensors.take<std::int64_t>(name("numbers"), 1);
  domain.offsets = tensors.take<std::int64_t>(name("offsets"), 1);
  domain.features = tensors.take<std::uint32_t>(name("features"), 1);
  if (tensors.has(name("columns"))) {
    const std::vector<double> numbers = tensors.take<double>(name("columns"), 2);
    if (numbers.size() % 3 != 0) {
      throw FileError(
          fmt::format("tensor '{}' has {} numbers, expected 3 a column", name("columns"), numbers.size()));
    }
    for (std::size_t i = 0; i < numbers.size(); i += 3) {
      domain.columns.push_back({numbers[i], numbers[i + 1], numbers[i + 2] != 0});
    }
  }
  check_training_domain(domain);
  return domain;
}

// All things whose first part is there, in the order of their numbers.
template <class Thing, class Read>
std::vector<std::shared_ptr<const Thing>> read_all(std::span<const Tensor> tensors, const char* prefix,
                                                   std::string_view first_part, const Read& read) {
  std::vector<Tensor> own;
  std::ranges::copy_if(tensors, std::back_inserter(own),
                       [&](const Tensor& tensor) { return tensor.name.starts_with(prefix); });
  NamedTensors unused(own);
  std::vector<std::shared_ptr<const Thing>> things;
  while (unused.has(name_of_part(prefix, things.size(), first_part))) {
    things.push_back(std::make_shared<const Thing>(read(unused, things.size())));
  }
  if (!unused.empty()) throw FileError(fmt::format("tensor '{}' is unknown", unused.first()));
  return things;
}

}  // namespace

std::vector<Tensor> calibration_tensors(std::span<const std::shared_ptr<const Calibration>> calibrations) {
  std::vector<Tensor> tensors;
  for (std::size_t i = 0; i < calibrations.size(); ++i) {
    const auto name = [&](std::string_view part) { return name_of_part(kCalibrationPrefix, i, part); };
    std::vector<std::int64_t> counts;
    std::vector<double> all;
    for (const ConformalScores& scores : calibrations[i]->scores) {
      counts.push_back(scores.count);
      all.insert(all.end(), scores.scores.begin(), scores.scores.end());
    }
    tensors.push_back(
        vector_tensor<double>(name("typical_errors"), std::span(calibrations[i]->typical_errors)));
    tensors.push_back(vector_tensor<std::int64_t>(name("counts"), counts));
    tensors.push_back(vector_tensor<double>(name("scores"), all));
  }
  return tensors;
}

std::vector<Tensor> domain_tensors(std::span<const std::shared_ptr<const TrainingDomain>> domains) {
  std::vector<Tensor> tensors;
  for (std::size_t i = 0; i < domains.size(); ++i) {
    const TrainingDomain& domain = *domains[i];
    const auto name = [&](std::string_view part) { return name_of_part(kDomainPrefix, i, part); };
    const std::vector<std::int64_t> nodes{domain.fewest_nodes, domain.most_nodes};
    tensors.push_back(vector_tensor<std::int64_t>(name("nodes"), nodes));
    tensors.push_back(vector_tensor<std::uint32_t>(name("node_codes"), domain.node_codes));
    tensors.push_back(vector_tensor<std::uint32_t>(name("edge_codes"), domain.edge_codes));
    tensors.push_back(vector_tensor<std::int64_t>(name("numbers"), domain.numbers));
    tensors.push_back(vector_tensor<std::int64_t>(name("offsets"), domain.offsets));
    tensors.push_back(vector_tensor<std::uint32_t>(name("features"), domain.features));
    if (domain.columns.empty()) continue;
    std::vector<double> numbers;
    for (const SeenColumn& column : domain.columns) {
      numbers.insert(numbers.end(), {column.lowest, column.highest, column.missing ? 1.0 : 0.0});
    }
    tensors.push_back(make_tensor<double>(name("columns"), {std::ssize(domain.columns), 3}, numbers));
  }
  return tensors;
}

std::vector<std::shared_ptr<const Calibration>> read_calibrations(std::span<const Tensor> tensors) {
  return read_all<Calibration>(tensors, kCalibrationPrefix, "typical_errors", read_calibration);
}

std::vector<std::shared_ptr<const TrainingDomain>> read_domains(std::span<const Tensor> tensors) {
  return read_all<TrainingDomain>(tensors, kDomainPrefix, "nodes", read_domain);
}

}  // namespace plstm
