// Aspirin as a graph, with an installed plstm::chem. Ends with 1 if it is not what it must be.

#include <cstdio>

#include <plstm/chem/featurizer.hpp>
#include <plstm/chem/molecule.hpp>

int main() {
  const plstm::Molecule aspirin = plstm::parse_smiles("CC(=O)Oc1ccccc1C(=O)O");
  const plstm::Dag dag = plstm::featurize(aspirin).graph.dag;
  std::printf("%s: %d atoms, %d bonds\n", plstm::canonical_smiles(aspirin).c_str(), dag.num_nodes(),
              dag.num_edges());
  return dag.num_nodes() == 13 && dag.num_edges() == 13 ? 0 : 1;
}
