// A loop on a thread of its own, and programs run against it.
#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "tests/sim/wire/http_server.h"

namespace xenha::sim {

/// Runs the loop; `on_loop` runs a function there and waits for its result.
class LoopThread {
 public:
  LoopThread() : thread_([this] { loop_.run(); }) {}
  ~LoopThread() {
    loop_.stop();
    thread_.join();
  }
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;

  Loop& loop() { return loop_; }
  template <class Function>
  auto on_loop(Function function) -> decltype(function()) {
    std::packaged_task<decltype(function())()> task(std::move(function));
    auto result = task.get_future();
    loop_.post([&task] { task(); });
    return result.get();
  }

 private:
  Loop loop_;
  std::thread thread_;
};

/// A listener that lives and dies on the loop's thread.
class TestListener {
 public:
  TestListener(LoopThread& loop, ListenerOptions options, Handler handler) : loop_(loop) {
    listener_ = loop_.on_loop([&] {
      auto opened = Listener::open(loop_.loop(), std::move(options), std::move(handler));
      if (!opened) throw std::runtime_error(opened.error().message);
      return std::move(*opened);
    });
  }
  ~TestListener() {
    loop_.on_loop([this] { listener_.reset(); });
  }
  TestListener(const TestListener&) = delete;
  TestListener& operator=(const TestListener&) = delete;

  std::string url(const std::string& path = "/") const { return listener_->url() + path; }
  std::uint16_t port() const { return listener_->port(); }
  std::size_t connection_count() {
    return loop_.on_loop([this] { return listener_->connection_count(); });
  }
  void drop_connections() {
    loop_.on_loop([this] { listener_->drop_connections(); });
  }
  bool set_network(Network network) {
    return loop_.on_loop([this, network] { return static_cast<bool>(listener_->set_network(network)); });
  }

 private:
  LoopThread& loop_;
  std::unique_ptr<Listener> listener_;
};

struct ProgramResult {
  int exit_code = -1;
  std::string output;  ///< of stdout and stderr
};

inline ProgramResult run_program(const std::string& command_line) {
  ProgramResult result;
  FILE* const pipe = popen((command_line + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return result;
  std::array<char, 4096> buffer{};
  for (std::size_t got = fread(buffer.data(), 1, buffer.size(), pipe); got > 0;
       got = fread(buffer.data(), 1, buffer.size(), pipe))
    result.output.append(buffer.data(), got);
  const int status = pclose(pipe);
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  return result;
}

/// curl that gives up after five seconds and ignores proxies of the environment.
inline ProgramResult curl(const std::string& arguments) {
  return run_program("curl -sS --max-time 5 --noproxy '*' " + arguments);
}

/// A file that goes with the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content) {
    std::string name = (std::filesystem::temp_directory_path() / "xenha-wire-XXXXXX").string();
    const int fd = mkstemp(name.data());
    if (fd >= 0) close(fd);
    path_ = name;
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Answers every request with method, path and body.
inline Handler echo() {
  return [](const std::shared_ptr<Exchange>& exchange) {
    const Request& request = exchange->request();
    exchange->respond(200, "text/plain",
                      request.method + " " + std::string(request.path()) + "\n" + request.body);
  };
}

}  // namespace xenha::sim
