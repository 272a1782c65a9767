#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace plstm::apps {

/// How far a task is, for people: "reading: 12000 molecules, 40 %, about 12 s left". `share` is the part of the work
/// that is done, 0 to 1, if it is known; then the time that is left is taken from the `seconds` so far.
std::string progress_text(const std::string& task, const std::string& unit, std::int64_t count,
                          std::optional<double> share, double seconds);

/// "35 s", "2 min 05 s" or "1 h 20 min"; half a second and less is "0 s".
std::string duration_text(double seconds);

/// Says on standard error how far a task is that takes longer than two seconds: on a terminal in one line that renews
/// itself and goes in the end, elsewhere in lines whose distance doubles up to a minute. The environment variable
/// PLSTM_PROGRESS=off silences it. One thread at a time.
class Progress {
 public:
  /// `unit` is what is counted, as "molecules". Nothing is said unless `wanted`.
  Progress(std::string task, std::string unit, bool wanted = true);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void at(std::int64_t count, std::optional<double> share);

 private:
  using Clock = std::chrono::steady_clock;

  std::string task_, unit_;
  bool wanted_;
  bool terminal_;
  bool shown_ = false;
  Clock::time_point start_ = Clock::now();
  double next_;  // seconds since the start
};

}  // namespace plstm::apps
