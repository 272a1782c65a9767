#include "support/terminal/progress.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace plstm::apps {
namespace {

constexpr double kFirst = 2;            // seconds until anything is said
constexpr double kTerminalStep = 0.25;  // seconds between two texts of a terminal
constexpr double kLongest = 60;         // seconds between two lines of a log
constexpr double kLeastShare = 0.005;   // below it says nothing of the time that is left

bool silenced() {
  const char* value = std::getenv("PLSTM_PROGRESS");
  return value != nullptr && std::string_view(value) == "off";
}

}  // namespace

std::string duration_text(double seconds) {
  const auto total = static_cast<std::int64_t>(std::lround(std::clamp(seconds, 0.0, 1e9)));
  if (total < 60) return fmt::format("{} s", total);
  if (total < 3600) return fmt::format("{} min {:02} s", total / 60, total % 60);
  return fmt::format("{} h {:02} min", total / 3600, total / 60 % 60);
}

std::string progress_text(const std::string& task, const std::string& unit, std::int64_t count,
                          std::optional<double> share, double seconds) {
  std::string text = fmt::format("{}: {} {}", task, count, unit);
  if (!share.has_value()) return text + fmt::format(", {} so far", duration_text(seconds));
  text += fmt::format(", {:.0f} %", std::floor(100 * *share));
  if (*share < kLeastShare) return text;
  return text + fmt::format(", about {} left", duration_text(seconds * (1 - *share) / *share));
}

Progress::Progress(std::string task, std::string unit, bool wanted)
    : task_(std::move(task)),
      unit_(std::move(unit)),
      wanted_(wanted && !silenced()),
      terminal_(::isatty(STDERR_FILENO) == 1),
      next_(kFirst) {}

Progress::~Progress() {
  if (shown_ && terminal_) std::fputs("\r\x1b[K", stderr);
}

void Progress::at(std::int64_t count, std::optional<double> share) {
  if (!wanted_) return;
  const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  if (seconds < next_) return;
  const std::string text = progress_text(task_, unit_, count, share, seconds);
  if (terminal_) {
    std::fputs(fmt::format("\r{}\x1b[K", text).c_str(), stderr);
  } else {
    std::fflush(stdout);
    std::fputs((text + "\n").c_str(), stderr);
  }
  next_ = seconds + (terminal_ ? kTerminalStep : std::min(seconds, kLongest));
  shown_ = true;
}

}  // namespace plstm::apps
