#pragma once

#include <string>
#include <vector>

namespace plstm::test {

// Every type of Crippen's, every row of the table of polar surfaces, and both sides of every rule about groups.
inline const std::vector<std::string> kMolecules{
    // drugs and natural compounds
    "CC(=O)Oc1ccccc1C(=O)O", "Cn1cnc2c1c(=O)n(C)c(=O)n2C", "CC(C)Cc1ccc(cc1)C(C)C(=O)O",
    "CN1CCC23c4c5ccc(O)c4OC2C(O)C=CC3C1C5", "CC1(C)SC2C(NC(=O)Cc3ccccc3)C(=O)N2C1C(=O)O",
    "CN1C2CCC1CC(OC(=O)C(CO)c1ccccc1)C2", "O=C(O)CCCCC1SCC2NC(=O)NC21", "NC(N)=NCCCC(N)C(=O)O",
    "Clc1ccc(cc1)C(c1ccccc1)N1CCN(CC1)CCOCC(=O)O", "CC(=O)Nc1ccc(O)cc1", "NS(=O)(=O)c1cc2c(cc1Cl)NCNS2(=O)=O",
    "O=S(=O)(Nc1nccs1)c1ccc(N)cc1", "CN(C)CCCN1c2ccccc2Sc2ccc(Cl)cc21", "c1ccc2c(c1)[nH]c1ccccc12",
    "FC(F)(F)c1ccc(OCCNC)cc1", "OC(Cn1cncn1)(Cn1cncn1)c1ccc(F)cc1F",
    "CCOC(=O)C1=C(C)NC(C)=C(C1c1cccc([N+](=O)[O-])c1)C(=O)OC",
    "COc1cc(C=CC(=O)CC(=O)C=Cc2ccc(O)c(OC)c2)ccc1O", "CC12CCC3C(CCC4=CC(=O)CCC34C)C1CCC2O",
    "OCC1OC(O)C(O)C(O)C1O", "C[N+](C)(C)CCOP(=O)([O-])OCC(O)CO",
    "c1nc(N)c2ncn(C3OC(COP(=O)(O)OP(=O)(O)O)C(O)C3O)c2n1", "BrC(Br)(Br)CCCC(Cl)(Cl)Cl",
    "CC(C)(C)c1ccc(O)c(c1)C(C)(C)C", "C1CC2CCC1C2", "C1CCC2(CC1)CCCC2", "C1CC2CC1C2", "C12C3C4C1C5C2C3C45",
    "C1CC1CC1CCC1", "C1CC2CC12", "CC1CC1C1CN1", "C1OC1CN1CC1", "O=C1CCCCCCCCCCC1", "C1CCCCCCC1C1CCCCCCCCC1",
    // carbon
    "C", "CC", "CCC", "CC(C)C", "CC(C)(C)C", "CO", "CCO", "CC(O)C", "CC(C)(C)O", "C=C", "CC=C(C)C", "C=C=C",
    "C#C", "CC#N", "Cc1ccccc1", "Cn1cccc1", "CCc1ccccc1", "CC(C)c1ccccc1", "CC(C)(C)c1ccccc1",
    "OB(O)c1ccccc1", "C[Si](C)(C)c1ccccc1", "Fc1ccccc1", "Clc1ccccc1", "Brc1ccccc1", "Ic1ccccc1",
    "c1ccc2ccccc2c1", "c1ccc(cc1)-c1ccccc1", "Nc1ccccc1", "Sc1ccccc1", "O=c1cc[nH]cc1", "S=c1cc[nH]cc1",
    "C=C(C)c1ccccc1", "C=Cc1ccccc1", "C(=C)(c1ccccc1)c1ccccc1", "C=C(n1cccc1)c1ccccc1", "C=c1ccccc1=C",
    "C[Si](C)(C)C", "C[B](C)C", "[C-]#[O+]", "O=C=O", "S=C=S", "CN=C=O", "C[As](C)C", "C=[Se]", "CC=NO",
    "FC(Cl)Br", "C[Zn]C", "CC[Mg]Br", "c1ccpcc1", "C1=CC=CC=CC=C1", "[CH3]", "[CH2]", "[CH3-]", "[CH3+]",
    "[C-4]", "OC(O)(O)O", "N#CC#N",
    // hydrogen
    "[H][H]", "[2H]C", "[2H]O", "[2H]O[2H]", "[2H]OC(C)=O", "[2H]OC", "[2H]Oc1ccccc1", "[2H]ON", "[2H]OO",
    "[2H]OS", "[2H]OP", "[2H]N", "[2H]S", "[2H][Si]", "[H+]", "[H-]", "O", "OO", "NO", "SO", "OS(=O)(=O)O",
    "OP(O)(O)=O", "OB(O)O", "OCl", "OC=C", "OC=N", "OC(=S)C", "OC#C", "On1cccc1", "[OH3+]", "B1BB1",
    // nitrogen
    "CN", "CNC", "CNc1ccccc1", "CC=N", "CN=C", "CN(C)C", "CN(C)c1ccccc1", "CN(c1ccccc1)c1ccccc1",
    "c1ccc(cc1)N(c1ccccc1)c1ccccc1", "c1ccc(cc1)Nc1ccccc1", "C[NH3+]", "C[NH2+]C", "C[NH+](C)C",
    "C[N+](C)(C)C", "C=[NH2+]", "C=[NH+]C", "C[N+](C)=C", "c1cc[nH+]cc1", "C[n+]1ccccc1", "[n-]1cccc1",
    "[O-][n+]1ccccc1", "CN=[N+]=[N-]", "C=[N+]=[N-]", "C[N+]#[C-]", "C[N+]#N", "[NH2-]", "C[NH-]", "N#N",
    "CN(C)N=O", "C[N+](=O)[O-]", "O=[N+]([O-])c1ccccc1", "O=[N+]([O-])OC", "CN=NC", "NN", "C1CN1", "CN1CC1",
    "n1ccccc1", "c1cnc[nH]1", "c1cn2ccccc2n1", "c1cc[n+]2ccccc2c1", "[NH4+]", "O=n1ccccc1", "CN(=O)=O",
    "[N-]=[N+]=NC", "[N+](C)(C)(C)N", "N", "C=[N+]=C", "[NH]", "N=[NH+]C", "NC(=O)N", "CC(=O)NC", "O=C1CCCN1",
    "O=C1NC(=O)C=C1", "CC(=N)N", "CNS(C)(=O)=O", "NC=S",
    // oxygen
    "COC", "COc1ccccc1", "c1ccc(cc1)Oc1ccccc1", "c1ccoc1", "c1cc[o+]cc1", "C1OC1", "CC(=O)[O-]",
    "[O-]c1ccccc1", "C[O-]", "[OH-]", "[O-]N", "CC=O", "CC(C)=O", "C=O", "NC=O", "OC=O", "O=Cc1ccccc1",
    "O=C(C)c1ccccc1", "O=C(c1ccccc1)c1ccccc1", "O=C(O)c1ccccc1", "NC(=O)O", "O=C(Cl)Cl", "O=C(Br)C",
    "CS(C)=O", "CS(C)(=O)=O", "C[S+](C)[O-]", "CP(C)(C)=O", "[O-]S(=O)(=O)[O-]", "[O-]Cl(=O)(=O)=O",
    "[O-]P(=O)([O-])OC", "O=O", "COOC", "[O]", "[O-][Se]C", "[O-][N+](=O)C=C", "O=C1C=CC(=O)C=C1",
    "O=c1occc2ccccc12", "O=[Si]", "O=Cn1cccc1", "O=C(n1cccc1)c1ccccc1", "O=C(C)n1cccc1", "O=P(O)(O)O",
    "C[O+](C)C", "O=[Os](=O)(=O)=O", "[O-]C=C", "[O-][Si]",
    // the rest
    "F", "Cl", "Br", "I", "[F-]", "[Cl-]", "[Br-]", "[I-]", "[I+](c1ccccc1)c1ccccc1", "OI(=O)=O", "[Na+]",
    "[K+].[Cl-]", "[Li]C", "[Na]", "[Mg+2]", "P", "CP(C)C", "CP(C)(C)=C", "CPC", "CP=C", "O=[PH](C)C",
    "C[PH](C)C", "C1CP1", "CP(=O)(O)OC", "CS", "CSC", "CSSC", "c1ccsc1", "c1cc[s+]cc1", "[SH-]", "C[S-]",
    "C[S+](C)C", "CS(=N)C", "S=S", "S", "C=S", "O=s1cccc1", "CS(=O)C", "FS(F)(F)(F)(F)F", "C[SH](=O)=O",
    "[SH3+]", "O=S=O", "C[S+4]", "c1cc[se]c1", "[Fe+2]", "C[Hg]C", "[Pt](Cl)(Cl)(N)N", "[Cu+2]", "[Ag+]",
    "[U]", "[He]", "F[Xe]F", "*C", "*", "C->[Fe]", "C[Ge](C)C", "[Al+3]", "[BH4-]", "C[Sn](C)(C)C", "C[Te]C",
    "[Pb]", "[Bi+3]", "[W]", "O.[Na+].[Cl-]", "CC.CC.O", "[13CH4]", "[13C]C", "C[C@H](N)C(=O)O", "F/C=C/F"};

}  // namespace plstm::test
