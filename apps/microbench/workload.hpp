#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <plstm/core/matrix.hpp>
#include <plstm/graph/attributed_graph.hpp>

#include "support/molecules.hpp"

namespace plstm::bench {

/// Graphs that are built, and run through the operator, together.
struct GraphCase {
  std::string name;
  std::vector<AttributedGraph> graphs;
};

/// kSmall makes every benchmark run in a moment, for tests; its figures mean nothing.
enum class Scale { kFull, kSmall };

/// What all benchmarks run on.
struct Workload {
  Scale scale = Scale::kFull;
  Index product_size;      ///< rows and columns of the factors of the product that gives the peak
  std::size_t copy_bytes;  ///< copied to find the memory bandwidth; larger than the caches
  std::vector<GraphCase> graphs;
  std::vector<GraphCase> sizes;  ///< one shape, small and large
  MoleculeSet molecules;
  Index sequence_length = 0;
  double product_peak = 0;  ///< measured multiply-adds per second of product_size^3 on all threads in use
};

/// The same graphs and, but for the measured peak, the same numbers in every run.
Workload make_workload(Scale scale);

}  // namespace plstm::bench
