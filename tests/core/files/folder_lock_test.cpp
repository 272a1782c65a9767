#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/folder_lock.hpp>

#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

// A process that takes the lock and keeps it until it is killed.
pid_t start_owner(const std::filesystem::path& folder) {
  int ready[2];
  EXPECT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const FolderLock lock(folder);
    if (::write(ready[1], "!", 1) != 1) ::_exit(1);
    while (true) ::pause();
  }
  ::close(ready[1]);
  char said = 0;
  EXPECT_EQ(::read(ready[0], &said, 1), 1);
  ::close(ready[0]);
  return child;
}

TEST(FolderLock, KeepsASecondOneOut) {
  const TemporaryFolder folder;
  std::optional<FolderLock> first(folder.path());
  EXPECT_THROW(FolderLock{folder.path()}, FileError);
  first.reset();
  EXPECT_TRUE(folder.names().empty()) << "the lock file is left behind";
  EXPECT_NO_THROW(FolderLock{folder.path()});
}

TEST(FolderLock, MovesWithItsOwner) {
  const TemporaryFolder folder;
  std::optional<FolderLock> first(folder.path());
  std::optional<FolderLock> second(std::move(*first));
  first.reset();
  EXPECT_THROW(FolderLock{folder.path()}, FileError);
  second.reset();
  EXPECT_NO_THROW(FolderLock{folder.path()});
}

TEST(FolderLock, NamesTheFolderAndTheProcessAndDiesWithIt) {
  const TemporaryFolder folder;
  const pid_t owner = start_owner(folder.path());
  try {
    const FolderLock lock(folder.path());
    ADD_FAILURE() << "two processes have the lock";
  } catch (const FileError& error) {
    EXPECT_THAT(error.what(), ::testing::StartsWith(folder.path().string() +
                                                    ": another process works in this folder "
                                                    "(process " +
                                                    std::to_string(owner) + "); wait"));
  }
  ::kill(owner, SIGKILL);
  ::waitpid(owner, nullptr, 0);
  EXPECT_THAT(folder.names(), ::testing::ElementsAre(".lock"));
  EXPECT_NO_THROW(FolderLock{folder.path()});
}

TEST(FolderLock, GivesBackOnlyItsOwnFile) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "run");
  std::optional<FolderLock> first(folder / "run");
  std::filesystem::rename(folder / "run", folder / "moved");
  std::filesystem::create_directory(folder / "run");
  const FolderLock second(folder / "run");
  first.reset();
  EXPECT_THROW(FolderLock{folder / "run"}, FileError);
}

TEST(FolderLock, OneOfManyProcessesWins) {
  const TemporaryFolder folder;
  int go[2];
  ASSERT_EQ(::pipe(go), 0);
  constexpr int kProcesses = 16;
  std::vector<pid_t> children;
  for (int i = 0; i < kProcesses; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(go[1]);
      char none = 0;
      [[maybe_unused]] const ssize_t end = ::read(go[0], &none, 1);  // returns when the parent closes its end
      bool alone = false;
      try {
        const FolderLock lock(folder.path());
        // A process that is alone inside can make and remove the folder. Two at once cannot.
        const std::filesystem::path inside = folder / "inside";
        alone = std::filesystem::create_directory(inside);
        for (int turn = 0; turn < 100; ++turn) ::sched_yield();
        alone = std::filesystem::remove(inside) && alone;
      } catch (const FileError&) {
        ::_exit(2);
      }
      ::_exit(alone ? 0 : 1);
    }
    children.push_back(child);
  }
  ::close(go[0]);
  ::close(go[1]);
  int winners = 0;
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_NE(WEXITSTATUS(status), 1) << "two processes were inside";
    winners += WEXITSTATUS(status) == 0 ? 1 : 0;
  }
  EXPECT_GE(winners, 1);
  EXPECT_TRUE(folder.names().empty());
}

TEST(FolderLock, RefusesAFolderThatIsNotThere) {
  const TemporaryFolder folder;
  try {
    const FolderLock lock(folder / "missing");
    FAIL();
  } catch (const FileError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("missing: the folder cannot be locked (No such file"));
  }
}

}  // namespace
}  // namespace plstm::test
