#pragma once

#include <memory>
#include <span>

#include <plstm/chem/explain/explain.hpp>
#include <plstm/learn/predictor.hpp>

#include "chem/explain/occlusion.hpp"

namespace plstm {

/// Contributions by integrated gradients (Sundararajan et al., ICML 2017) of what the read-outs of networks read. With
/// x_n the states of the nodes before pooling, v the values of the molecule with the shares v_a of atom a, and F the output
/// of the averaged model, the contribution of atom a is
///
///   integral over t from 0 to 1 of  dF/dx_n(a) . x_n(a) + dF/dv . v_a + dF/dq q_a   at t x, t v, q_0 + t (q - q_0)
///
/// Columns beside the molecule stay as they are. Values go from 0 to v on a line of standardised values. q is what a
/// companion says of the molecule's counts, q_0 that without any. Integrated gradients divide q - q_0 among the counts
/// (CompanionGradients), and each count is divided among the atoms of its substructures; q_a is the part of the atom.
/// One pass through each network gives the contributions of all atoms. A state knows of the atom's surroundings, too,
/// so part of what neighbours do is counted as the atom's.
class ReadoutGradients {
 public:
  struct Impl;
  /// The integral is a sum over so many steps, by the rule of midpoints. The predictor must outlive this object.
  explicit ReadoutGradients(const Predictor& predictor, int steps = 16);
  ~ReadoutGradients();

  /// Fills prediction, baseline and atoms of each result. Thread-safe.
  void explain(std::span<const Occlusion* const> molecules, std::span<Explanation* const> results) const;

 private:
  std::unique_ptr<const Impl> impl_;
};

}  // namespace plstm
