#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/learn/recipe.hpp>

namespace plstm {

/// The settings that a search varies, as they matter most and no data decides them.
struct Candidate {
  double learning_rate = 1e-3;
  double weight_decay = 0;
  double dropout = 0;
  std::int64_t batch_size = 64;
  Index width = 64;
  Index depth =
      0;  ///< pairs of blocks, as pd_blocks() makes them; 0: another network, which is left as it is

  bool operator==(const Candidate&) const = default;
};

/// Which of them a search may change.
struct SearchSpace {
  bool learning_rate = true, weight_decay = true, dropout = true, batch_size = true, width = true,
       depth = true;
};

Candidate candidate_of(const Settings& settings);
void apply(const Candidate& candidate, Settings& settings);

/// Names and values, as tables show them: "learning_rate", "0.001", ...
std::vector<std::pair<std::string, std::string>> entries(const Candidate& candidate);

/// `first` and up to `count` - 1 further candidates, all different: each setting of the space has a value drawn from a few
/// around that of `first`. Fewer, if the space has no more. The same on every machine; the first n of more are those of
/// n. Throws ConfigError unless count > 0.
std::vector<Candidate> draw_candidates(const Candidate& first, const SearchSpace& space, std::int32_t count,
                                       std::uint64_t seed);

}  // namespace plstm
