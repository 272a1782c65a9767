#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <plstm/chem/molecule.hpp>
#include <plstm/graph/graph_count.hpp>

namespace RDKit {
class ROMol;
}

namespace plstm {

/// The counts of substructure_counts() that are left when atoms are hidden: those of the substructures that no hidden atom
/// is part of. The labels of what is left are those of the whole molecule, so atoms are seen as they are bound in it. A
/// pair is its two atoms, whatever lies between them. May be shared between threads.
class RemainingCounts {
 public:
  explicit RemainingCounts(const Molecule& molecule);
  ~RemainingCounts();
  RemainingCounts(RemainingCounts&&) noexcept;

  /// hidden: indices of atoms, each once.
  std::vector<GraphCount> without(std::span<const std::int32_t> hidden) const;

 private:
  struct Surroundings {
    std::uint32_t label = 0;
    std::uint32_t centre = 0;
    std::uint32_t radius = 0;
  };
  std::unique_ptr<const RDKit::ROMol> mol_;
  std::vector<Surroundings> surroundings_;
};

}  // namespace plstm
