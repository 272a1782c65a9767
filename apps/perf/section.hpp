#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <plstm/core/ranks/ranks.hpp>

#include "report.hpp"
#include "support/measure/clock.hpp"
#include "support/measure/molecules.hpp"

namespace plstm::perf {

using bench::Repeats;

/// kQuick measures all figures on smaller inputs, in less than a minute on two cores. kSmoke is for tests:
/// everything runs on tiny inputs, and the figures mean nothing.
enum class Scale { kFull, kQuick, kSmoke };

/// Peaks of the machine on some number of threads.
struct Peaks {
  double product = 0;  ///< multiply-adds/s of the library's own matrix product, 1024^3 float
  double copy = 0;     ///< bytes/s of copying memory, read and written
};

/// The random DAG of the section big_graph.
struct BigGraphSize {
  std::int32_t nodes = 0;   ///< 0: as the scale says
  std::int32_t degree = 5;  ///< edges into a node
};

/// The input of all sections.
struct Context {
  Scale scale = Scale::kFull;
  int threads = 1;  ///< the number that "all threads" means
  Peaks peaks;      ///< on all threads
  Peaks peaks_one_thread;
  BigGraphSize big_graph;
  Ranks ranks;
  bench::MoleculeSet molecules;  ///< empty unless a section needs them

  template <class T>
  T by_scale(T full, T quick, T smoke) const {
    return scale == Scale::kFull ? full : scale == Scale::kQuick ? quick : smoke;
  }
};

/// A part of the run.
struct Section {
  std::string name;
  std::string what;
  std::vector<Key> keys;
  bool needs_molecules = false;
  void (*run)(const Context& context, Report& report) = nullptr;
};

// Each section has its own file. They are in the order of a run.
Section machine_section();
Section training_section();
Section preparation_section();
Section prediction_section();
Section grid_section();
Section large_grid_section();
Section big_graph_section();
Section grid_operator_section();
Section chain_section();
Section growth_section();
Section sequence_section();
Section vision_section();
Section ranks_section();

/// Measures the peaks with the present limit of threads.
Peaks measure_peaks(Scale scale);

}  // namespace plstm::perf
