#include "plstm/learn/tuning/candidate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <variant>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/random.hpp>
#include <plstm/nn/graphs/graph_body.hpp>

namespace plstm {
namespace {

constexpr std::array kRateFactors{0.3, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0};
constexpr std::array kDecayFactors{0.1, 0.3, 1.0, 3.0, 10.0};
constexpr std::array kDropouts{0.0, 0.1, 0.2, 0.3};
constexpr std::array<std::int64_t, 4> kBatchSizes{16, 32, 64, 128};
constexpr std::array<Index, 5> kWidths{32, 64, 96, 128, 192};
constexpr std::array<Index, 3> kDepths{1, 2, 3};

template <class T, std::size_t N>
T drawn(const std::array<T, N>& values, Random& random) {
  return values[random.below(N)];
}

// A number that people can read and type.
double two_digits(double value) {
  if (value == 0) return 0;
  const double unit = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 1);
  return std::round(value / unit) * unit;
}

Candidate draw(const Candidate& first, const SearchSpace& space, Random& random) {
  Candidate result = first;
  // All are drawn whatever the space is, so that what is fixed does not change the others.
  const double rate = two_digits(first.learning_rate * drawn(kRateFactors, random));
  const double decay = two_digits(first.weight_decay * drawn(kDecayFactors, random));
  const double dropout = drawn(kDropouts, random);
  const std::int64_t batch_size = drawn(kBatchSizes, random);
  const Index width = drawn(kWidths, random), depth = drawn(kDepths, random);
  if (space.learning_rate) result.learning_rate = rate;
  if (space.weight_decay) result.weight_decay = decay;
  if (space.dropout) result.dropout = dropout;
  if (space.batch_size) result.batch_size = batch_size;
  if (space.width) result.width = width;
  if (space.depth && first.depth > 0) result.depth = depth;
  return result;
}

}  // namespace

Candidate candidate_of(const Settings& settings) {
  Candidate result;
  result.learning_rate = settings.training.learning_rate;
  result.weight_decay = settings.training.adamw.weight_decay;
  result.dropout = settings.model.dropout;
  result.batch_size = settings.training.batch_size;
  result.width = settings.model.width;
  if (const auto* body = std::get_if<StmBody>(&settings.model.body)) {
    const auto pairs = static_cast<Index>(body->blocks.size() / 2);
    if (pairs > 0 && body->blocks == pd_blocks(pairs)) result.depth = pairs;
  }
  return result;
}

void apply(const Candidate& candidate, Settings& settings) {
  settings.training.learning_rate = candidate.learning_rate;
  settings.training.adamw.weight_decay = candidate.weight_decay;
  settings.model.dropout = candidate.dropout;
  settings.training.batch_size = candidate.batch_size;
  settings.model.width = candidate.width;
  if (candidate.depth > 0) stm_body(settings.model).blocks = pd_blocks(candidate.depth);
}

std::vector<std::pair<std::string, std::string>> entries(const Candidate& candidate) {
  std::vector<std::pair<std::string, std::string>> result{
      {"learning_rate", fmt::format("{:.3g}", candidate.learning_rate)},
      {"weight_decay", fmt::format("{:.3g}", candidate.weight_decay)},
      {"dropout", fmt::format("{:.3g}", candidate.dropout)},
      {"batch_size", fmt::to_string(candidate.batch_size)},
      {"width", fmt::to_string(candidate.width)}};
  if (candidate.depth > 0) result.emplace_back("depth", fmt::to_string(candidate.depth));
  return result;
}

std::vector<Candidate> draw_candidates(const Candidate& first, const SearchSpace& space, std::int32_t count,
                                       std::uint64_t seed) {
  if (count < 1) throw ConfigError(fmt::format("draw_candidates: {} candidates, expected 1 or more", count));
  constexpr int kMostDraws = 200;  // that find nothing new
  std::vector<Candidate> result{first};
  Random random(seed);
  for (int vain = 0; std::ssize(result) < count && vain < kMostDraws;) {
    const Candidate next = draw(first, space, random);
    if (std::ranges::find(result, next) != result.end()) {
      ++vain;
      continue;
    }
    result.push_back(next);
    vain = 0;
  }
  return result;
}

}  // namespace plstm
