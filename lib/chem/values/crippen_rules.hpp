#pragma once

#include "chem/values/crippen_type.hpp"
#include "chem/values/structure.hpp"

namespace plstm {

/// Numbers of neighbours of an atom.
struct Around {
  // By single or aromatic bonds:
  int carbon = 0;  // aliphatic
  int aromatic_carbon = 0;
  int hetero = 0;     // aliphatic N, O, P, S, F, Cl, Br, I
  int aliphatic = 0;  // not aromatic and no hydrogen
  int aromatic = 0;
  int metal = 0;  // aliphatic but none of those, nor C nor H
  int heavy = 0;  // no hydrogen
  // By aromatic bonds to aromatic atoms:
  int ring = 0;
  // By double bonds:
  int double_carbon = 0;  // aliphatic
  int double_aromatic_carbon = 0;
  int double_hetero = 0;  // aliphatic, no carbon and no hydrogen
  int double_aliphatic = 0;
  int double_heavy = 0;
  // By triple bonds, not aromatic and no hydrogen:
  int triple = 0;
};

Around around(const Structure& structure, std::int32_t atom);

CrippenType crippen_carbon_type(const Structure& structure, std::int32_t atom);
CrippenType crippen_nitrogen_type(const Structure& structure, std::int32_t atom);
CrippenType crippen_oxygen_type(const Structure& structure, std::int32_t atom);

}  // namespace plstm
