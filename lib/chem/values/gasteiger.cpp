#include "chem/values/gasteiger.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <string>

#include <GraphMol/GraphMol.h>
#include <GraphMol/PartialCharges/GasteigerParams.h>
#include <GraphMol/PeriodicTable.h>

namespace plstm {
namespace {

// Electronegativity as a polynomial of the charge, and that of the cation.
struct Orbital {
  double a = 0, b = 0, c = 0;
  double cation = 0;

  double at(double charge) const { return a + charge * (b + c * charge); }
};

enum State : std::uint8_t { kNoState, kHydrogen, kSp3, kSp2, kSp, kSo, kSo2, kNumStates };
constexpr std::array<const char*, kNumStates> kStateNames{"", "*", "sp3", "sp2", "sp", "so", "so2"};
constexpr std::size_t kElements = 119;
constexpr int kIterations = 12;

using Table = std::array<std::array<Orbital, kNumStates>, kElements>;

Orbital orbital_of(const std::string& symbol, const char* state) {
  const std::vector<double> p = RDKit::GasteigerParams::getParams()->getParams(symbol, state, false);
  return {p[0], p[1], p[2], p[0] + p[1] + p[2]};
}

Table rdkit_table() {
  Table table;
  for (std::size_t element = 0; element < kElements; ++element) {
    const std::string symbol =
        RDKit::PeriodicTable::getTable()->getElementSymbol(static_cast<unsigned>(element));
    for (std::size_t state = 0; state < kNumStates; ++state) {
      table[element][state] = orbital_of(symbol, kStateNames[state]);
      if (element == 1) table[element][state].cation = RDKit::IONXH;
    }
  }
  return table;
}

const Table& orbitals() {
  static const Table table = rdkit_table();
  return table;
}

// A sulfur atom without a hybridisation of the first two periods is told by its oxygen atoms.
State sulfur_state(const Structure& structure, std::int32_t atom) {
  int oxygens = 0;
  for (const Link& link : structure.links(atom)) oxygens += structure.atom(link.atom).is(8) ? 1 : 0;
  return oxygens == 2 ? kSo2 : oxygens == 1 ? kSo : kSp3;
}

State state_of(const Structure& structure, std::int32_t atom) {
  const AtomFacts& a = structure.atom(atom);
  switch (a.hybridization) {
    case RDKit::Atom::SP3:
      return kSp3;
    case RDKit::Atom::SP2:
      return kSp2;
    case RDKit::Atom::SP:
      return kSp;
    default:
      break;
  }
  if (a.is(1)) return kHydrogen;
  return a.is(16) ? sulfur_state(structure, atom) : kNoState;
}

// Formal charges, shared by atoms of one element on both sides of an atom in a conjugated system.
std::vector<double> formal_charges(const Structure& structure) {
  constexpr double kZero = 1e-10;
  std::vector<double> charges(structure.atoms().size(), 0.0);
  std::vector<std::int32_t> sharing;
  for (std::int32_t atom = 0; atom < structure.num_atoms(); ++atom) {
    const AtomFacts& a = structure.atom(atom);
    if (a.charge == 0 || std::fabs(charges[static_cast<std::size_t>(atom)]) >= kZero) continue;
    double charge = a.charge;
    sharing.assign(1, atom);
    for (const Link& first : structure.links(atom)) {
      if (!structure.bond(first.bond).conjugated) continue;
      for (const Link& second : structure.links(first.atom)) {
        if (second.bond == first.bond || !structure.bond(second.bond).conjugated) continue;
        if (!structure.atom(second.atom).is(a.element)) continue;
        charge += structure.atom(second.atom).charge;
        sharing.push_back(second.atom);
      }
    }
    for (const std::int32_t each : sharing) {
      charges[static_cast<std::size_t>(each)] = charge / static_cast<double>(sharing.size());
    }
  }
  return charges;
}

}  // namespace

std::vector<double> gasteiger_charges(const Structure& structure) {
  const std::size_t atoms = structure.atoms().size();
  const Orbital& hydrogen = orbitals()[1][kHydrogen];
  std::vector<const Orbital*> orbital(atoms);
  for (std::size_t i = 0; i < atoms; ++i) {
    const auto element = static_cast<std::size_t>(structure.atoms()[i].element);
    orbital[i] = &orbitals()[element][state_of(structure, static_cast<std::int32_t>(i))];
  }
  std::vector<double> charges = formal_charges(structure), hydrogen_charges(atoms, 0.0), energies(atoms);
  // The charge that moves along a bond, over the cation's electronegativity of the atom that gives it.
  const auto moved = [](double difference, double own_cation, double other_cation) {
    return difference / (difference < 0.0 ? other_cation : own_cation);
  };
  double damping = RDKit::DAMP;
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    for (std::size_t i = 0; i < atoms; ++i) energies[i] = orbital[i]->at(charges[i]);
    for (std::size_t i = 0; i < atoms; ++i) {
      double change = 0;
      for (const Link& link : structure.links(static_cast<std::int32_t>(i))) {
        const auto other = static_cast<std::size_t>(link.atom);
        change += moved(energies[other] - energies[i], orbital[i]->cation, orbital[other]->cation);
      }
      if (const int hydrogens = structure.atoms()[i].implicit_hydrogens; hydrogens > 0) {
        const double energy = hydrogen.at(hydrogen_charges[i] / hydrogens);
        const double each = moved(energy - energies[i], orbital[i]->cation, hydrogen.cation);
        change += hydrogens * each;
        hydrogen_charges[i] -= hydrogens * each * damping;
      }
      charges[i] += damping * change;
    }
    damping *= RDKit::DAMP_SCALE;
  }
  return charges;
}

}  // namespace plstm
