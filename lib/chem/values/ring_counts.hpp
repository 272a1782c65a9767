#pragma once

#include "chem/values/structure.hpp"

namespace plstm {

/// Numbers of rings by kind, as RDKit's calcNumAromaticRings and the like count them.
struct RingCounts {
  int rings = 0;
  int aromatic = 0;
  int aliphatic = 0;  // with a bond that is not aromatic
  int saturated = 0;
  int heterocycles = 0;
  int aromatic_heterocycles = 0;
  int aromatic_carbocycles = 0;
  int saturated_heterocycles = 0;
  int saturated_carbocycles = 0;
};
RingCounts ring_counts(const Structure& structure);

}  // namespace plstm
