#include "rules/document_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/broken_tree.hpp"

namespace plstm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(DocumentRules, ThisRepositoryKeepsThem) {
  const std::filesystem::path repository = PLSTM_SOURCE_DIR;
  ASSERT_TRUE(std::filesystem::exists(repository / "docs/specification.md"));
  EXPECT_THAT(find_wrong_citations(repository), IsEmpty());
  EXPECT_THAT(find_broken_links(repository), IsEmpty());
  EXPECT_THAT(find_long_lines(repository), IsEmpty());
}

class BrokenDocuments : public BrokenTree {};

TEST_F(BrokenDocuments, Citations) {
  write("docs/specification.md", "## 1. Graphs\n\n### Levels\n\n## 2. Layers\n\n### Node layer\n");
  write("include/a.hpp",
        "/// The first (specification, section 1), the third (specification,\n/// section 3), and\n"
        "int x;  ///< specification, section 2, \"Node\n        ///< layer\"\n");
  write("lib/b.cpp",
        "// specification, section 2, \"Levels\"\nconst char* c = \"// specification, section 8\";\n");
  write("tests/c.cpp", "// As in section 4 of the specification.\n// specification,\n\n// section 9\n");
  write("docs/operator.md", "## 1. Orders\n");
  write("lib/e.cpp", "// docs/operator.md,\n// section 1, and docs/operator.md, sections 1 and 2\n");
  write("docs/d.md", "See the specification, section 1, \"Levels\", and\nspecification, section 5.\n");
  EXPECT_THAT(find_wrong_citations(root_),
              ElementsAre("include/a.hpp:1: docs/specification.md has no section 3",
                          "lib/b.cpp:1: section 2 of docs/specification.md has no heading \"Levels\"",
                          "lib/e.cpp:2: docs/operator.md has no section 2",
                          "tests/c.cpp:1: docs/specification.md has no section 4",
                          "docs/d.md:2: docs/specification.md has no section 5"));
}

TEST_F(BrokenDocuments, Links) {
  write("README.md",
        "[a](docs/a.md) [b](docs/b.md), [c](https://example.org/x#y)\n"
        "[d](docs/a.md#two-words-3-d) [e](docs/a.md#other) [f](#here)\n\n# Here\n");
  write("docs/a.md",
        "# A\n\n## Two words: 3-D\n\n![up](../README.md) [down](README.md)\n```\nC[Si](C)C\n```\n");
  write("python/README.md", "[a](../docs/a.md) [g](../docs/g.md)\n");
  EXPECT_THAT(
      find_broken_links(root_),
      ElementsAre("README.md:1: there is no docs/b.md", "README.md:2: there is no heading for #other",
                  "docs/a.md:5: there is no README.md", "python/README.md:1: there is no ../docs/g.md"));
}

TEST_F(BrokenDocuments, LongLines) {
  const std::string wide(120, 'x');
  write("README.md", wide + "\n" + wide + "y\n|" + wide + "|\n");
  write("datasets/README.md", std::string(119, 'x') + "\u00e9\n" + std::string(119, 'x') + "\u00e9z\n");
  EXPECT_THAT(find_long_lines(root_),
              ElementsAre("README.md:2: 121 columns", "datasets/README.md:2: 121 columns"));
}

TEST_F(BrokenDocuments, LongReadme) {
  std::string text;
  for (int i = 0; i < 130; ++i) text += "line\n";
  write("README.md", text);
  EXPECT_THAT(find_long_lines(root_), IsEmpty());
  write("README.md", text + "one more\n");
  EXPECT_THAT(find_long_lines(root_), ElementsAre("README.md: 131 lines"));
}

}  // namespace
}  // namespace plstm::test
