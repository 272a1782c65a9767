#include <fstream>
#include <string>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <plstm/core/error.hpp>
#include <plstm/core/files/atomic_file.hpp>

#include "support/temporary_folder.hpp"

namespace plstm::test {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class AtomicFileTest : public ::testing::Test {
 protected:
  static void put(const fs::path& path, const std::string& text) {
    AtomicFile file(path);
    file.stream() << text;
    file.commit();
  }
  static std::string message_of_put(const fs::path& path, const std::string& text) {
    try {
      put(path, text);
    } catch (const FileError& error) {
      return error.what();
    }
    return "";
  }
  static mode_t mode_of(const fs::path& path) {
    struct stat status {};
    EXPECT_EQ(::lstat(path.c_str(), &status), 0);
    return status.st_mode & 07777;
  }
  // Runs `body` in a process of its own and returns its exit status.
  template <class Body>
  static int status_in_child(const Body& body) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(body());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  TemporaryFolder folder_;
};

TEST_F(AtomicFileTest, AppearsOnCommit) {
  const fs::path path = folder_ / "out.txt";
  AtomicFile file(path);
  file.stream() << "done";
  EXPECT_FALSE(fs::exists(path));
  file.commit();
  EXPECT_EQ(text_of(path), "done");
  EXPECT_THAT(folder_.names(), ElementsAre("out.txt"));
}

TEST_F(AtomicFileTest, KeepsWhatIsLargerThanItsBuffer) {
  std::string text;
  while (text.size() < 300'000) text += "line " + std::to_string(text.size()) + "\n";
  AtomicFile file(folder_ / "out.txt");
  file.stream() << text.substr(0, 70'000);
  for (std::size_t i = 70'000; i < text.size(); ++i) file.stream().put(text[i]);
  file.commit();
  EXPECT_EQ(text_of(folder_ / "out.txt"), text);
}

TEST_F(AtomicFileTest, IsWholeWithoutWaitingForTheDisk) {
  AtomicFile file(folder_ / "out.txt", {.synchronise = false});
  file.stream() << "done";
  file.commit();
  EXPECT_EQ(text_of(folder_ / "out.txt"), "done");
  EXPECT_THAT(folder_.names(), ElementsAre("out.txt"));
}

TEST_F(AtomicFileTest, LeavesTheOldFileWithoutCommit) {
  write_text_to(folder_ / "out.txt", "old");
  {
    AtomicFile file(folder_ / "out.txt");
    file.stream() << "half";
  }
  EXPECT_EQ(text_of(folder_ / "out.txt"), "old");
  EXPECT_THAT(folder_.names(), ElementsAre("out.txt"));
}

TEST_F(AtomicFileTest, LeavesTheOldFileWhenItsProcessIsKilled) {
  write_text_to(folder_ / "out.csv", "old");
  const int status = status_in_child([&] {
    AtomicFile file(folder_ / "out.csv");
    file.stream() << std::string(200'000, 'x') << std::flush;
    ::raise(SIGKILL);
    return 0;
  });
  EXPECT_EQ(status, 128 + SIGKILL);
  EXPECT_EQ(text_of(folder_ / "out.csv"), "old");
  // What is left cannot be taken for a result: the name is hidden and does not end like that of a table.
  const std::vector<std::string> names = folder_.names();
  ASSERT_EQ(names.size(), 2u);
  EXPECT_TRUE(names[0].starts_with(".out.csv.") && names[0].ends_with(".partial")) << names[0];
}

TEST_F(AtomicFileTest, AHandlerRemovesWhatIsBeingWritten) {
  write_text_to(folder_ / "out.csv", "old");
  write_text_to(folder_ / ".in.csv.0123456789abcdef.partial", "of another process");
  const int status = status_in_child([&] {
    ::signal(SIGTERM, [](int signal) {
      remove_open_partial_files();
      ::_exit(128 + signal);
    });
    const std::ifstream input(folder_ / ".in.csv.0123456789abcdef.partial");
    AtomicFile first(folder_ / "out.csv"), second(folder_ / "new.csv");
    first.stream() << std::string(200'000, 'x') << std::flush;
    ::raise(SIGTERM);
    return 0;
  });
  EXPECT_EQ(status, 128 + SIGTERM);
  EXPECT_EQ(text_of(folder_ / "out.csv"), "old");
  EXPECT_THAT(folder_.names(), ElementsAre(".in.csv.0123456789abcdef.partial", "out.csv"));
}

TEST_F(AtomicFileTest, WhatKilledProcessesLeftIsRemoved) {
  EXPECT_TRUE(WIFSIGNALED(status_in_child([&] {
    AtomicFile file(folder_ / "model.txt");
    file.stream() << std::string(100'000, 'x');
    return ::kill(::getpid(), SIGKILL);
  })));
  ASSERT_EQ(std::distance(fs::directory_iterator(folder_ / ""), {}), 1);
  const std::vector<std::string> others{"a.partial",
                                        ".partial",
                                        ".a.0123.partial",
                                        ".a.0123456789abcdeX.partial",
                                        ".a_0123456789abcdef.partial",
                                        ".0123456789abcdef.partial"};
  for (const std::string& name : others) put(folder_ / name.c_str(), "mine");
  const fs::path link = folder_ / ".link.0123456789abcdef.partial",
                 inner = folder_ / ".f.0123456789abcdef.partial";
  fs::create_symlink("a.partial", link);
  fs::create_directory(inner);
  remove_partial_files(folder_ / "");
  for (const std::string& name : others) EXPECT_TRUE(fs::exists(folder_ / name.c_str())) << name;
  EXPECT_TRUE(fs::exists(link));
  EXPECT_TRUE(fs::exists(inner));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_ / ""), {}), std::ssize(others) + 2);
  EXPECT_THROW(remove_partial_files(folder_ / "none"), FileError);
}

TEST_F(AtomicFileTest, NamesThePathThatCannotBeWritten) {
  EXPECT_THAT(message_of_put(folder_ / "missing" / "out.txt", ""),
              HasSubstr("missing/out.txt: cannot be written (No such file or directory"));
  EXPECT_THAT(message_of_put(folder_.path(), ""), HasSubstr("it is a folder"));
  fs::create_symlink("circle", folder_ / "circle");
  EXPECT_THAT(message_of_put(folder_ / "circle", ""), HasSubstr("Too many levels of symbolic links"));
}

TEST_F(AtomicFileTest, ReportsAFailedWrite) {
  AtomicFile file(folder_ / "out.txt");
  file.stream().setstate(std::ios::badbit);
  EXPECT_THROW(file.commit(), FileError);
  EXPECT_FALSE(fs::exists(folder_ / "out.txt"));
}

TEST_F(AtomicFileTest, ReportsAFullDisk) {
  write_text_to(folder_ / "out.txt", "old");
  const auto write_with_limit = [&](std::size_t size) {
    return status_in_child([&] {
      ::signal(SIGXFSZ, SIG_IGN);
      const rlimit limit{1000, 1000};
      ::setrlimit(RLIMIT_FSIZE, &limit);
      return message_of_put(folder_ / "out.txt", std::string(size, 'x')).find("File too large") !=
                     std::string::npos
                 ? 1
                 : 0;
    });
  };
  EXPECT_EQ(write_with_limit(1001), 1) << "text shorter than the buffer, which fails when it is flushed";
  EXPECT_EQ(write_with_limit(200'000), 1);
  EXPECT_EQ(text_of(folder_ / "out.txt"), "old");
  EXPECT_THAT(folder_.names(), ElementsAre("out.txt"));
  EXPECT_EQ(write_with_limit(1000), 0);
}

TEST_F(AtomicFileTest, ReplacesTheTargetOfALinkAndKeepsTheLink) {
  fs::create_directory(folder_ / "data");
  write_text_to(folder_ / "data/real.csv", "old");
  fs::create_symlink("data/real.csv", folder_ / "first");
  fs::create_symlink("first", folder_ / "second");
  put(folder_ / "second", "new");
  EXPECT_TRUE(fs::is_symlink(folder_ / "second") && fs::is_symlink(folder_ / "first"));
  EXPECT_FALSE(fs::is_symlink(folder_ / "data/real.csv"));
  EXPECT_EQ(text_of(folder_ / "data/real.csv"), "new");

  fs::create_symlink("data/none.csv", folder_ / "dangling");
  put(folder_ / "dangling", "made");
  EXPECT_TRUE(fs::is_symlink(folder_ / "dangling"));
  EXPECT_EQ(text_of(folder_ / "data/none.csv"), "made");
}

TEST_F(AtomicFileTest, DoesNotFollowWhatLiesUnderAGuessedName) {
  write_text_to(folder_ / "victim", "precious");
  fs::create_symlink("victim", folder_ / "out.csv.partial");
  fs::create_symlink("victim", folder_ / ".out.csv.partial");
  put(folder_ / "out.csv", "new");
  EXPECT_EQ(text_of(folder_ / "victim"), "precious");
  EXPECT_FALSE(fs::is_symlink(folder_ / "out.csv"));
}

TEST_F(AtomicFileTest, TwoFilesOfOneNameDoNotMix) {
  AtomicFile first(folder_ / "out.txt");
  AtomicFile second(folder_ / "out.txt");
  first.stream() << "first";
  second.stream() << "the second";
  second.commit();
  first.commit();
  EXPECT_EQ(text_of(folder_ / "out.txt"), "first");
  EXPECT_THAT(folder_.names(), ElementsAre("out.txt"));
}

TEST_F(AtomicFileTest, KeepsThePermissionsOfTheOlderFile) {
  const mode_t mask = ::umask(027);
  put(folder_ / "new.csv", "x");
  write_text_to(folder_ / "private.csv", "old");
  fs::permissions(folder_ / "private.csv", fs::perms(0600));
  put(folder_ / "private.csv", "new");
  write_text_to(folder_ / "shared.csv", "old");
  fs::permissions(folder_ / "shared.csv", fs::perms(0664));
  put(folder_ / "shared.csv", "new");
  ::umask(mask);
  EXPECT_EQ(mode_of(folder_ / "new.csv"), 0640u);
  EXPECT_EQ(mode_of(folder_ / "private.csv"), 0600u);
  EXPECT_EQ(mode_of(folder_ / "shared.csv"), 0664u);
}

TEST_F(AtomicFileTest, WritesIntoAFifo) {
  const fs::path path = folder_ / "fifo";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::string read;
  std::thread reader([&] { read = text_of(path); });
  put(path, "through");
  reader.join();
  EXPECT_EQ(read, "through");
  EXPECT_TRUE(fs::is_fifo(path));
  EXPECT_THAT(folder_.names(), ElementsAre("fifo"));
}

TEST_F(AtomicFileTest, WritesIntoADevice) {
  const fs::path null = folder_ / "null";
  const fs::path full = folder_ / "full";
  if (::mknod(null.c_str(), S_IFCHR | 0666, 1 << 8 | 3) != 0 ||
      ::mknod(full.c_str(), S_IFCHR | 0666, 1 << 8 | 7) != 0) {
    GTEST_SKIP() << "only root can make devices";
  }
  put(null, "gone");
  EXPECT_TRUE(fs::is_character_file(null));
  EXPECT_THAT(message_of_put(full, "short"), HasSubstr("full: cannot be written (No space left on device)"));
  EXPECT_TRUE(fs::is_character_file(full));
}

TEST_F(AtomicFileTest, WritesIntoADescriptorOfTheProcess) {
  const std::string file = folder_ / "log";
  const int log = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_GE(log, 0);
  ASSERT_EQ(::write(log, "before ", 7), 7);
  put("/dev/fd/" + std::to_string(log), "through");
  ASSERT_EQ(::write(log, " after", 6), 6);
  ::close(log);
  EXPECT_EQ(text_of(folder_ / "log"), "before through after");
}

TEST_F(AtomicFileTest, ADashIsStandardOutputWhereThatIsAskedFor) {
  const std::string target = folder_ / "stdout";
  const auto write_dash = [&](bool closed) {
    return status_in_child([&] {
      ::close(STDOUT_FILENO);
      if (!closed) ::open(target.c_str(), O_WRONLY | O_CREAT, 0600);
      try {
        AtomicFile file("-", {.dash_is_standard_output = true});
        file.stream() << "text";
        file.commit();
      } catch (const FileError& error) {
        return std::string_view(error.what()).starts_with("standard output: cannot be written") ? 1 : 2;
      }
      return 0;
    });
  };
  EXPECT_EQ(write_dash(false), 0);
  EXPECT_EQ(text_of(target), "text");
  EXPECT_EQ(write_dash(true), 1);

  const fs::path before = fs::current_path();
  fs::current_path(folder_.path());
  put("-", "a file");
  fs::current_path(before);
  EXPECT_EQ(text_of(folder_ / "-"), "a file");
}

TEST_F(AtomicFileTest, NeverTakesTheNumberOfAClosedStandardStream) {
  const int status = status_in_child([&] {
    ::close(STDOUT_FILENO);
    AtomicFile file(folder_ / "out.txt");
    file.stream() << "text";
    const bool written = ::write(STDOUT_FILENO, "progress", 8) == 8;
    file.commit();
    return written ? 1 : 0;
  });
  EXPECT_EQ(status, 0);
  EXPECT_EQ(text_of(folder_ / "out.txt"), "text");
}

TEST_F(AtomicFileTest, SameFileFollowsLinks) {
  write_text_to(folder_ / "a", "");
  write_text_to(folder_ / "b", "");
  fs::create_symlink("a", folder_ / "soft");
  fs::create_hard_link(folder_ / "a", folder_ / "hard");
  EXPECT_TRUE(same_file(folder_ / "a", folder_ / "a"));
  EXPECT_TRUE(same_file(folder_ / "a", folder_ / "soft"));
  EXPECT_TRUE(same_file(folder_ / "hard", folder_ / "a"));
  EXPECT_TRUE(same_file(folder_.path(), folder_ / "."));
  EXPECT_FALSE(same_file(folder_ / "a", folder_ / "b"));
  EXPECT_FALSE(same_file(folder_ / "a", folder_ / "missing"));
  EXPECT_FALSE(same_file("/dev/null", "/dev/null"));
}

}  // namespace
}  // namespace plstm::test
