#include "chem/values/crippen.hpp"

#include <array>
#include <cstddef>

#include <GraphMol/Descriptors/Crippen.h>
#include <GraphMol/GraphMol.h>

#include "chem/values/crippen_type.hpp"

namespace plstm {
namespace {

struct Contribution {
  double logp = 0;
  double mr = 0;
};

using Table = std::array<Contribution, static_cast<std::size_t>(CrippenType::kCount)>;

Table rdkit_table() {
  Table table;
  for (const auto& parameters : *RDKit::Descriptors::CrippenParamCollection::getParams()) {
    for (std::size_t type = 0; type < table.size(); ++type) {
      if (crippen_label(static_cast<CrippenType>(type)) == parameters.label) {
        table[type] = {parameters.logp, parameters.mr};
      }
    }
  }
  return table;
}

const Contribution& contribution_of(CrippenType type) {
  static const Table table = rdkit_table();
  return table[static_cast<std::size_t>(type)];
}

}  // namespace

CrippenValues crippen_values(const Structure& structure) {
  const std::int32_t atoms = structure.num_atoms();
  CrippenValues values;
  values.logp.reserve(static_cast<std::size_t>(atoms));
  values.mr.reserve(static_cast<std::size_t>(atoms));
  const auto add = [&](const Contribution& contribution) {
    values.total_logp += contribution.logp;
    values.total_mr += contribution.mr;
  };
  for (std::int32_t atom = 0; atom < atoms; ++atom) {
    const Contribution& contribution = contribution_of(crippen_type(structure, atom, false));
    values.logp.push_back(contribution.logp);
    values.mr.push_back(contribution.mr);
    add(structure.atom(atom).is(1) ? contribution_of(crippen_type(structure, atom, true)) : contribution);
  }
  for (std::int32_t atom = 0; atom < atoms; ++atom) {
    const int hydrogens = structure.atom(atom).implicit_hydrogens;
    if (hydrogens == 0) continue;
    const Contribution& contribution = contribution_of(crippen_hydrogen_type(structure, atom));
    for (int i = 0; i < hydrogens; ++i) add(contribution);
  }
  return values;
}

}  // namespace plstm
