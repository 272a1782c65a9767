#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/graph/attributed_graph.hpp>

#include "support/measure/molecules.hpp"

namespace plstm::bench {

/// Graphs that are built together and passed to the operator together.
struct GraphCase {
  std::string name;
  std::vector<AttributedGraph> graphs;
};

/// kSmall is for tests: every benchmark runs on tiny inputs, and the figures mean nothing.
enum class Scale { kFull, kSmall };

/// The input of all benchmarks.
struct Workload {
  Scale scale = Scale::kFull;
  Index product_size;      ///< rows and columns of the factors of the product that gives the peak
  std::size_t copy_bytes;  ///< size of the copy that measures the memory bandwidth; larger than the caches
  std::vector<GraphCase> graphs;
  std::vector<GraphCase> sizes;  ///< one shape in several sizes
  MoleculeSet molecules;
  Index sequence_length = 0;
  double product_peak = 0;  ///< measured multiply-adds per second of product_size^3 on all threads in use
};

/// The workload. It has the same graphs and numbers in every run, except for the measured peak.
Workload make_workload(Scale scale);

}  // namespace plstm::bench
