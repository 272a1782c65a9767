#include "learn/chosen_graphs.hpp"

#include <cstddef>

#include <fmt/format.h>

#include <plstm/core/error.hpp>
#include <plstm/core/parallel.hpp>

namespace plstm {

void check_chosen_graphs(const char* who, std::span<const PreparedGraph> graphs,
                         std::span<const std::int32_t> chosen,
                         const std::function<void(const PreparedGraph&)>& check) {
  for (const std::int32_t number : chosen) {
    if (number < 0 || static_cast<std::size_t>(number) >= graphs.size()) {
      throw ConfigError(fmt::format("{}: there is no graph {}, expected 0 .. {}", who, number,
                                    static_cast<std::int64_t>(graphs.size()) - 1));
    }
  }
  const auto check_one = [&](std::size_t i) { check(graphs[static_cast<std::size_t>(chosen[i])]); };
  const std::size_t bad = first_failure(chosen.size(), 64, check_one);
  if (bad == chosen.size()) return;
  try {
    check_one(bad);
  } catch (const Error& error) {
    throw ConfigError(fmt::format("{}: graph {}: {}", who, chosen[bad], error.what()));
  }
}

}  // namespace plstm
