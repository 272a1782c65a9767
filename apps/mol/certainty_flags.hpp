#pragma once

#include <cstdint>
#include <filesystem>

namespace CLI {
class App;
}

namespace plstm::mol {

/// What a table says beside the predictions.
struct CertaintyOptions {
  double confidence = 0.9;
  bool no_intervals = false;
  bool no_domain = false;
  std::filesystem::path neighbours;  ///< a table of them to write
  std::int64_t num_neighbours = 5;
};

void add_certainty_flags(CLI::App& app, CertaintyOptions& options);

}  // namespace plstm::mol
