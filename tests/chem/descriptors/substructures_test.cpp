// The substructures that the library counts by itself must be those of RDKit's own functions.
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <DataStructs/SparseIntVect.h>
#include <GraphMol/Fingerprints/AtomPairs.h>
#include <GraphMol/Fingerprints/MorganFingerprints.h>
#include <GraphMol/GraphMol.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <plstm/chem/molecule.hpp>

#include "chem/descriptors/pairs.hpp"
#include "chem/descriptors/surroundings.hpp"
#include "chem/molecule_impl.hpp"
#include "chem/values/molecules.hpp"
#include "chem/values/structure.hpp"

namespace plstm {
namespace {

using ::testing::IsEmpty;

using Counts = std::map<std::uint64_t, int>;

template <class T>
Counts counts_of(const std::vector<T>& numbers) {
  Counts counts;
  for (const T number : numbers) ++counts[number];
  return counts;
}

template <class T>
Counts counts_of(const RDKit::SparseIntVect<T>* fingerprint) {
  const std::unique_ptr<const RDKit::SparseIntVect<T>> owned(fingerprint);
  Counts counts;
  for (const auto& [number, count] : owned->getNonzeroElements()) {
    counts[static_cast<std::uint64_t>(number)] = count;
  }
  return counts;
}

// Chirality at centres, at centres that only their surroundings make so, and of double bonds; rings of three atoms in
// either order; long distances; bonds that are no valences.
const std::vector<std::string> kMore{"C[C@H](N)C(=O)O",
                                     "C[C@@H](N)C(=O)O",
                                     "C[C@H]1CC[C@H](O)CC1",
                                     "O[C@H](CC)[C@@H](C)[C@H](O)CC",
                                     "F/C=C/Cl",
                                     "F/C=C\\Cl",
                                     "CC(C)=C/C=C/C(=O)N[C@@H](CO)c1ccccc1",
                                     "C1CN1C",
                                     "C1NC1C",
                                     "N1CC1C",
                                     "C1OC1C1CC1",
                                     "C1=CC1",
                                     "CC1(C)CC1C(=O)O",
                                     "CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC",
                                     "N->[Fe]",
                                     "[NH3+]C(C)=[NH2+]",
                                     "C[PH](C)(C)C",
                                     "C1CC2CC1C2",
                                     "C12C3C4C1C5C2C3C45",
                                     "O=C(O)c1ccccc1.CCN(CC)CC",
                                     "[2H]C([2H])([2H])O",
                                     "IF",
                                     "F[Re](F)(F)(F)(F)(F)F"};

std::vector<std::string> all_molecules() {
  std::vector<std::string> all = test::kMolecules;
  all.insert(all.end(), kMore.begin(), kMore.end());
  return all;
}

TEST(Substructures, SurroundingsAreRdkits) {
  for (const std::string& smiles : all_molecules()) {
    const Molecule molecule = parse_smiles(smiles);
    const RDKit::ROMol& mol = rdkit_mol(molecule);
    for (const unsigned radius : {0u, 1u, 2u, 3u, 5u}) {
      EXPECT_EQ(counts_of(surroundings(Structure(mol), radius)),
                counts_of(RDKit::MorganFingerprints::getFingerprint(mol, radius, nullptr, nullptr, true)))
          << smiles << ", " << radius;
    }
  }
}

TEST(Substructures, PairsAreRdkits) {
  for (const std::string& smiles : all_molecules()) {
    const Molecule molecule = parse_smiles(smiles);
    const RDKit::ROMol mol(rdkit_mol(molecule));
    EXPECT_EQ(counts_of(atom_pairs(Structure(mol))), counts_of(RDKit::AtomPairs::getAtomPairFingerprint(mol)))
        << smiles;
  }
}

TEST(Substructures, TorsionsAreRdkits) {
  for (const std::string& smiles : all_molecules()) {
    const Molecule molecule = parse_smiles(smiles);
    const RDKit::ROMol& mol = rdkit_mol(molecule);
    EXPECT_EQ(counts_of(torsions(Structure(mol))),
              counts_of(RDKit::AtomPairs::getTopologicalTorsionFingerprint(mol)))
        << smiles;
  }
  const Molecule propane = parse_smiles("CCC");
  EXPECT_THAT(torsions(Structure(rdkit_mol(propane))), IsEmpty());
}

// More bonds than one word of a set has bits.
TEST(Substructures, OfMoleculesWithManyBondsAreRdkits) {
  std::string peptide = "N[C@@H](C)C(=O)";
  for (int i = 0; i < 8; ++i) peptide += "N[C@@H](Cc1ccc(O)cc1)C(=O)N1CCC[C@H]1C(=O)";
  const Molecule molecule = parse_smiles(peptide + "O");
  const RDKit::ROMol mol(rdkit_mol(molecule));
  ASSERT_GT(mol.getNumBonds(), 128u);
  const Structure structure(mol);
  EXPECT_EQ(counts_of(surroundings(structure, 3)),
            counts_of(RDKit::MorganFingerprints::getFingerprint(mol, 3, nullptr, nullptr, true)));
  EXPECT_EQ(counts_of(atom_pairs(structure)), counts_of(RDKit::AtomPairs::getAtomPairFingerprint(mol)));
  EXPECT_EQ(counts_of(torsions(structure)),
            counts_of(RDKit::AtomPairs::getTopologicalTorsionFingerprint(mol)));
}

}  // namespace
}  // namespace plstm
