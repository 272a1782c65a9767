#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <plstm/chem/molecule.hpp>
#include <plstm/graph/graph_count.hpp>

namespace plstm {

/// The counts of substructure_counts() that are left when atoms are hidden: those of the substructures that no hidden atom
/// is part of. The labels of what is left are those of the whole molecule, so atoms are seen as they are bound in it. A
/// pair is its two atoms, whatever lies between them. May be shared between threads.
class RemainingCounts {
 public:
  explicit RemainingCounts(const Molecule& molecule);

  /// hidden: indices of atoms, each once.
  std::vector<GraphCount> without(std::span<const std::int32_t> hidden) const;

 private:
  // A substructure at its place: the surroundings of atoms[0] within `radius` bonds, or these atoms.
  struct Occurrence {
    static constexpr std::uint32_t kNoRadius = 0xFFFFFFFF;
    std::uint32_t label = 0;
    std::uint32_t radius = kNoRadius;
    std::array<std::uint32_t, 4> atoms{};  // a pair is written twice
  };
  void add_surroundings(const Molecule& molecule);
  void add_pairs_and_torsions(const Molecule& molecule);

  std::vector<Occurrence> occurrences_;                 // by label
  std::vector<std::vector<std::uint32_t>> neighbours_;  // of each atom
};

}  // namespace plstm
