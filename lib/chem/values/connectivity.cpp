#include "chem/values/connectivity.hpp"

#include <cmath>
#include <cstddef>
#include <vector>

#include <GraphMol/Descriptors/ConnectivityDescriptors.h>
#include <GraphMol/GraphMol.h>
#include <GraphMol/PeriodicTable.h>

namespace plstm {
namespace {

constexpr int kMostBonds = 4;

// What an atom contributes to the product of a path.
struct Weight {
  double v = 1;
  double n = 1;

  friend Weight operator*(const Weight& a, const Weight& b) { return {a.v * b.v, a.n * b.n}; }
};

double inverse_root(double delta) {
  return delta == 0.0 ? 0.0 : 1.0 / std::sqrt(delta);
}

Weight weight_of(const AtomFacts& atom) {
  const int z = atom.element;
  const int outer = RDKit::PeriodicTable::getTable()->getNouterElecs(static_cast<unsigned>(z));
  // RDKit subtracts unsigned numbers: what would be negative, as for BH4-, is very large.
  const double electrons = static_cast<unsigned>(outer) - static_cast<unsigned>(atom.implicit_hydrogens);
  if (z <= 1) return {0.0, inverse_root(electrons)};
  return {inverse_root(z <= 10 ? electrons : electrons / (z - outer - 1)), inverse_root(electrons)};
}

// Walks from each atom along bonds between heavy atoms. Every path is met from both of its ends and counted from one.
// The last bond of a path may lead back to an atom of the path, which closes a ring: RDKit counts those paths too.
class Walk {
 public:
  Walk(const Structure& structure, const std::vector<Weight>& weights)
      : structure_(structure), weights_(weights) {}

  void run() {
    for (std::int32_t atom = 0; atom < structure_.num_atoms(); ++atom) {
      if (structure_.atom(atom).is(1)) continue;
      path_[0] = atom;
      extend(0, weights_[static_cast<std::size_t>(atom)]);
    }
  }

  std::array<Weight, kMostBonds + 1> sums() const { return sums_; }
  // Sets of `bonds` bonds that make a path.
  double count(int bonds) const { return counts_[static_cast<std::size_t>(bonds)]; }

 private:
  void add(int bonds, const Weight& product, double share) {
    Weight& sum = sums_[static_cast<std::size_t>(bonds)];
    sum.v += share * product.v;
    sum.n += share * product.n;
    counts_[static_cast<std::size_t>(bonds)] += share;
  }

  // The path has so many bonds.
  void extend(int bonds, const Weight& product) {
    const std::int32_t last = path_[static_cast<std::size_t>(bonds)];
    for (const Link& link : structure_.links(last)) {
      if (structure_.atom(link.atom).is(1)) continue;
      if (bonds > 0 && link.atom == path_[static_cast<std::size_t>(bonds) - 1]) continue;
      int place = 0;
      while (place < bonds && path_[static_cast<std::size_t>(place)] != link.atom) ++place;
      if (place < bonds) {
        close(bonds + 1, place, product);
        continue;
      }
      const Weight longer = product * weights_[static_cast<std::size_t>(link.atom)];
      if (path_[0] < link.atom) add(bonds + 1, longer, 1);
      if (bonds + 1 == kMostBonds) continue;
      path_[static_cast<std::size_t>(bonds) + 1] = link.atom;
      extend(bonds + 1, longer);
    }
  }

  // The last of so many bonds leads back to the atom at this place.
  void close(int bonds, int place, const Weight& product) {
    if (place == 0) {
      // A ring is met from each of its atoms, in both directions.
      add(bonds, product, 0.5 / bonds);
    } else {
      // A ring with a tail is met from the end of the tail, in both directions. Its atom in the ring counts twice.
      add(bonds, product * weights_[static_cast<std::size_t>(path_[static_cast<std::size_t>(place)])], 0.5);
    }
  }

  const Structure& structure_;
  const std::vector<Weight>& weights_;
  std::array<std::int32_t, kMostBonds + 1> path_{};
  std::array<Weight, kMostBonds + 1> sums_{Weight{0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}};
  std::array<double, kMostBonds + 1> counts_{};
};

double ratio(double numerator, double denominator) {
  return denominator == 0.0 ? 0.0 : numerator / denominator;
}

// The shape indices from the numbers of heavy atoms, bonds, and paths of two and three bonds.
std::array<double, 3> kappas(double atoms, double bonds, double twos, double threes, double alpha) {
  const auto square = [](double x) { return x * x; };
  const double a = atoms + alpha;
  const bool odd = std::fmod(atoms, 2.0) == 1.0;
  return {ratio(a * square(a - 1), square(bonds + alpha)),
          ratio((a - 1) * square(a - 2), square(twos + alpha)),
          ratio((odd ? a - 1 : a - 2) * square(a - 3), square(threes + alpha))};
}

}  // namespace

Connectivity connectivity(const Structure& structure) {
  Connectivity result;
  std::vector<Weight> weights;
  weights.reserve(structure.atoms().size());
  for (const AtomFacts& atom : structure.atoms()) {
    weights.push_back(weight_of(atom));
    result.chi_v[0] += weights.back().v;
    result.chi_n[0] += weights.back().n;
  }
  for (const BondFacts& bond : structure.bonds()) {
    const Weight product =
        weights[static_cast<std::size_t>(bond.begin)] * weights[static_cast<std::size_t>(bond.end)];
    result.chi_v[1] += product.v;
    result.chi_n[1] += product.n;
  }
  Walk walk(structure, weights);
  walk.run();
  for (std::size_t bonds = 2; bonds <= kMostBonds; ++bonds) {
    result.chi_v[bonds] = walk.sums()[bonds].v;
    result.chi_n[bonds] = walk.sums()[bonds].n;
  }
  result.alpha = RDKit::Descriptors::calcHallKierAlpha(structure.mol());
  const double heavy = structure.mol().getNumHeavyAtoms();
  result.kappa = kappas(heavy, static_cast<double>(structure.bonds().size()), std::round(walk.count(2)),
                        std::round(walk.count(3)), result.alpha);
  result.phi = ratio(result.kappa[0] * result.kappa[1], heavy);
  return result;
}

}  // namespace plstm
