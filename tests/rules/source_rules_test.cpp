#include "rules/source_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/broken_tree.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::filesystem::path kRepository = PLSTM_SOURCE_DIR;

TEST(SourceRules, ThisRepositoryKeepsThem) {
  ASSERT_TRUE(std::filesystem::exists(kRepository / "include/plstm/core/error.hpp"));
  EXPECT_THAT(find_wrong_directions(kRepository), IsEmpty());
  EXPECT_THAT(find_folders_without_rules(kRepository), IsEmpty());
  EXPECT_THAT(find_full_folders(kRepository), IsEmpty());
  EXPECT_THAT(find_foreign_includes(kRepository), IsEmpty());
  EXPECT_THAT(find_noise(kRepository), IsEmpty());
  EXPECT_THAT(find_missing_tests(kRepository), IsEmpty());
}

TEST_F(BrokenTree, IncludesThatPointRight) {
  write("include/plstm/graph/dag.hpp", "#include <vector>\n#include <plstm/stm/graphs/operator.hpp>\n");
  write("lib/graph/dag.cpp",
        "#include <plstm/core/ids.hpp>\n#include \"rows.hpp\"\n#include \"graph/rows.hpp\"\n");
  write("lib/core/cpu.cpp", "#include \"nn/kernels.hpp\"\n");
  write("lib/data/csv.cpp", "#include \"plstm/data/csv.hpp\"\n#include \"plstm/stm/operator.hpp\"\n");
  write("lib/chem/reader.cpp", "#include <plstm/data/csv.hpp>\n// #include <plstm/nn/autodiff/tape.hpp>\n");
  write("lib/misc/x.cpp", "#include <vector>\n");
  write("lib/nn/autodiff/tape.cpp", "#include <plstm/nn/autodiff/tape.hpp>\n#include <plstm/core/ids.hpp>\n");
  write("lib/nn/shared/norm.cpp",
        "#include <plstm/stm/grids/grid_operator.hpp>\n#include \"nn/graphs/x.hpp\"\n");
  write("lib/nn/graphs/cells/cell.cpp", "#include \"nn/graphs/x.hpp\"\n#include \"nn/grids/deep/x.hpp\"\n");
  EXPECT_THAT(find_wrong_directions(root_),
              ElementsAre("include/plstm/graph/dag.hpp:2: graph includes plstm/stm/graphs/operator.hpp",
                          "lib/core/cpu.cpp:1: core includes nn/kernels.hpp",
                          "lib/data/csv.cpp:2: data includes plstm/stm/operator.hpp",
                          "lib/misc/x.cpp:1: misc is no area",
                          "lib/nn/graphs/cells/cell.cpp:2: nn/graphs includes nn/grids/deep/x.hpp",
                          "lib/nn/shared/norm.cpp:1: nn/shared includes plstm/stm/grids/grid_operator.hpp",
                          "lib/nn/shared/norm.cpp:2: nn/shared includes nn/graphs/x.hpp"));
}

TEST_F(BrokenTree, FoldersWithoutARow) {
  write("lib/core/cpu.cpp", "");
  write("lib/nn/graphs/cells/cell.cpp", "");
  write("include/plstm/nn/trees/tree.hpp", "");
  write("lib/nn/trees/tree.cpp", "");
  EXPECT_THAT(find_folders_without_rules(root_), ElementsAre("nn/trees"));
}

TEST_F(BrokenTree, FoldersThatAreFull) {
  for (int i = 0; i < 26; ++i) write("lib/core/a" + std::to_string(i) + ".cpp", "");
  write("lib/core/files/a.cpp", "");
  EXPECT_THAT(find_full_folders(root_), IsEmpty());
  write("lib/core/b.hpp", "");
  EXPECT_THAT(find_full_folders(root_), ElementsAre("lib/core: 27 sources, expected at most 26"));
}

TEST_F(BrokenTree, IncludesOfForeignLibraries) {
  write("include/plstm/core/a.hpp",
        "#include <Eigen/Core>\n#include <iostream>\n#include <tbb/parallel_for.h>\n#include \"lib.hpp\"\n");
  write("include/plstm/graph/boost.hpp", "#include <boost/graph/graph_traits.hpp>\n#include <cstdint>\n");
  write("include/plstm/graph/dag.hpp", "#include <boost/graph/graph_traits.hpp>\n");
  write("lib/chem/molecule.cpp", "#include <GraphMol/ROMol.h>\n#include <tbb/task_arena.h>\n");
  write("lib/core/parallel.cpp", "#include <tbb/task_arena.h>\n#include \"core/private.hpp\"\n");
  write("lib/graph/dag.cpp", "#include <GraphMol/ROMol.h>\n#include <fmt/format.h>\n#include <iostream>\n");
  write("lib/core/cpu.cpp", "#include <immintrin.h>\n");
  write("lib/stm/kernels.cpp", "#include <immintrin.h>\n");
  EXPECT_THAT(
      find_foreign_includes(root_),
      ElementsAre("include/plstm/core/a.hpp:2: a public header includes iostream",
                  "include/plstm/core/a.hpp:3: a public header includes tbb/parallel_for.h",
                  "include/plstm/core/a.hpp:4: a public header includes lib.hpp",
                  "include/plstm/graph/dag.hpp:1: a public header includes boost/graph/graph_traits.hpp",
                  "lib/chem/molecule.cpp:2: chem includes tbb/task_arena.h",
                  "lib/graph/dag.cpp:1: graph includes GraphMol/ROMol.h",
                  "lib/graph/dag.cpp:3: graph includes iostream",
                  "lib/stm/kernels.cpp:1: stm includes immintrin.h"));
}

TEST_F(BrokenTree, Noise) {
  write("lib/core/a.cpp",
        "std::cout << 1;  // cout\n// printf\nconst char* s = \"abort()\";\nstd::exit(1);\nstd::snprintf(b, "
        "1, s);\n");
  write("include/plstm/core/a.hpp", "inline void f() { std::abort(); }\nint exit_code;\n");
  EXPECT_THAT(find_noise(root_), ElementsAre("include/plstm/core/a.hpp:1: abort", "lib/core/a.cpp:1: cout",
                                             "lib/core/a.cpp:4: exit"));
}

TEST_F(BrokenTree, SourcesWithoutTests) {
  write("include/plstm/core/tested.hpp", "");
  write("include/plstm/core/untested.hpp", "");
  write("lib/core/tested.cpp", "");
  write("lib/core/untested.cpp", "");
  write("lib/core/hidden.cpp", "");
  write("tests/core/tested_test.cpp", "");
  write("tests/core/forgotten_test.cpp", "");
  write("tests/core/CMakeLists.txt", "plstm_add_tests(core tested)\n");
  EXPECT_THAT(find_missing_tests(root_),
              ElementsAre("lib/core/untested.cpp: there is no tests/core/untested_test.cpp",
                          "tests/core/forgotten_test.cpp: not in tests/core/CMakeLists.txt"));
}

}  // namespace
}  // namespace plstm::test
