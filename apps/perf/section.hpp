#pragma once

#include <string>
#include <vector>

#include "report.hpp"
#include "support/clock.hpp"
#include "support/molecules.hpp"

namespace plstm::perf {

using bench::Repeats;

/// kQuick: all figures in less than a minute on two cores, from smaller inputs. kSmoke: everything runs in a
/// moment, for tests; the figures mean nothing.
enum class Scale { kFull, kQuick, kSmoke };

/// What the machine can do, on some number of threads.
struct Peaks {
  double product = 0;  ///< multiply-adds/s of the library's own matrix product, 1024^3 float
  double copy = 0;     ///< bytes/s of copying memory, read and written
};

/// What all sections are given.
struct Context {
  Scale scale = Scale::kFull;
  int threads = 1;  ///< what "all threads" are
  Peaks peaks;      ///< on all threads
  Peaks peaks_one_thread;
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

// One file each, in the order of a run.
Section machine_section();
Section training_section();
Section preparation_section();
Section prediction_section();
Section grid_section();
Section large_grid_section();
Section grid_operator_section();
Section chain_section();
Section growth_section();
Section sequence_section();
Section vision_section();

/// Measured with the thread limit that is in force.
Peaks measure_peaks(Scale scale);

}  // namespace plstm::perf
