#pragma once

#include "chem/values/structure.hpp"

namespace plstm {

/// Numbers of groups that RDKit finds by SMARTS patterns, decided here by the neighbours of atoms: the values of
/// calcNumHBA, calcNumHBD, calcNumRotatableBonds (strict) and calcNumAmideBonds. RDKit stops after 1,000
/// matches of a pattern; these count all.
struct PatternCounts {
  int acceptors = 0;
  int donors = 0;
  int rotatable_bonds = 0;
  int amide_bonds = 0;
};
PatternCounts pattern_counts(const Structure& structure);

}  // namespace plstm
