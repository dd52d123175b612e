//! A terminal with a program in it, and a typist who presses keys, looks at the screen
//! and waits until something is there.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Error, Result, anyhow};
use parking_lot::{Condvar, Mutex, MutexGuard};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::{Callbacks, Color, Parser, Screen};

/// Lines and columns of every terminal here.
const ROWS: NonZeroU16 = NonZeroU16::new(20).expect("it is not 0");
const COLUMNS: NonZeroU16 = NonZeroU16::new(92).expect("it is not 0");

/// How long to wait before a test fails.
const LIMIT: Duration = Duration::from_secs(30);
/// How long to wait before keys are pressed again.
const PATIENCE: Duration = Duration::from_millis(500);

/// A running program and its screen. Dropped, the program is ended.
pub struct Terminal {
    seen: Arc<Seen>,
    keyboard: Arc<Mutex<Box<dyn Write + Send>>>,
    child: Box<dyn Child + Send + Sync>,
    // The program's terminal is gone when this is.
    _master: Box<dyn MasterPty + Send>,
}

/// What a terminal says of itself when it is asked.
#[derive(Default)]
struct Answers(Vec<u8>);

impl Callbacks for Answers {
    fn unhandled_csi(
        &mut self,
        _: &mut Screen,
        first: Option<u8>,
        _: Option<u8>,
        parameters: &[&[u16]],
        last: char,
    ) {
        match (first, parameters, last) {
            // A request for the terminal's status, which Neovim waits for: all is well.
            (None, [[5]], 'n') => self.0.extend(b"\x1b[0n"),
            (None, _, 'c') => self.0.extend(b"\x1b[?62c"),
            _ => {}
        }
    }
}

/// The screen, and a bell for when it changes.
struct Seen {
    parser: Mutex<Parser<Answers>>,
    changed: Condvar,
}

impl Seen {
    fn parser(&self) -> MutexGuard<'_, Parser<Answers>> {
        self.parser.lock()
    }
}

impl Terminal {
    /// Starts `command` in a terminal with true colour.
    ///
    /// # Errors
    /// If there is no terminal to be had or the program does not start.
    pub fn start(mut command: CommandBuilder) -> Result<Self> {
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        let pair = native_pty_system().openpty(PtySize {
            rows: ROWS.get(),
            cols: COLUMNS.get(),
            pixel_width: 0,
            pixel_height: 0,
        })?;
        let child = pair.slave.spawn_command(command)?;
        drop(pair.slave);
        let seen = Arc::new(Seen {
            parser: Mutex::new(Parser::new_with_callbacks(
                ROWS,
                COLUMNS,
                0,
                Answers::default(),
            )),
            changed: Condvar::new(),
        });
        let mut output = pair.master.try_clone_reader()?;
        let watcher = Arc::clone(&seen);
        let keyboard = Arc::new(Mutex::new(pair.master.take_writer()?));
        let answering = Arc::clone(&keyboard);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // An error is how Linux says that the program is gone.
            while let Ok(read @ 1..) = output.read(&mut bytes) {
                let mut parser = watcher.parser();
                parser.process(&bytes[..read]);
                let answers = std::mem::take(&mut parser.callbacks_mut().0);
                drop(parser);
                watcher.changed.notify_all();
                // A program that is gone asks nothing more.
                let _ = answering.lock().write_all(&answers);
            }
        });
        Ok(Self {
            seen,
            keyboard,
            child,
            _master: pair.master,
        })
    }

    /// Presses keys: bytes as a terminal sends them, `\x1b` before a key with Alt.
    ///
    /// # Errors
    /// If the program is gone.
    pub fn press(&self, keys: &str) -> Result<()> {
        let mut keyboard = self.keyboard.lock();
        keyboard.write_all(keys.as_bytes())?;
        keyboard.flush().context("the program reads no more keys")
    }

    /// Waits until `look` sees something on the screen, and returns that.
    ///
    /// # Errors
    /// If that takes too long; the error has the screen in it.
    pub fn wait_for<T>(&self, what: &str, look: impl Fn(&Screen) -> Option<T>) -> Result<T> {
        self.look_until(Instant::now() + LIMIT, look)
            .ok_or_else(|| self.waited_in_vain(what))
    }

    /// The same for what the program does not show by itself when it could: `keys` are
    /// pressed again and again.
    ///
    /// # Errors
    /// As [`wait_for`](Self::wait_for), or if the program is gone.
    pub fn press_until<T>(
        &self,
        keys: &str,
        what: &str,
        look: impl Fn(&Screen) -> Option<T>,
    ) -> Result<T> {
        let end = Instant::now() + LIMIT;
        while Instant::now() < end {
            self.press(keys)?;
            if let Some(found) = self.look_until(Instant::now() + PATIENCE, &look) {
                return Ok(found);
            }
        }
        Err(self.waited_in_vain(what))
    }

    /// What `look` sees on the screen, if it does before `end`.
    fn look_until<T>(&self, end: Instant, look: impl Fn(&Screen) -> Option<T>) -> Option<T> {
        let mut parser = self.seen.parser();
        loop {
            let found = look(parser.screen());
            let left = end.saturating_duration_since(Instant::now());
            if found.is_some() || left.is_zero() {
                return found;
            }
            self.seen.changed.wait_for(&mut parser, left);
        }
    }

    fn waited_in_vain(&self, what: &str) -> Error {
        let screen = self.screen().contents();
        anyhow!("waited in vain for {what}; the screen:\n{screen}")
    }

    /// Waits until `text` is on the screen.
    ///
    /// # Errors
    /// As [`wait_for`](Self::wait_for).
    pub fn wait_for_text(&self, text: &str) -> Result<()> {
        self.wait_for(&format!("{text:?}"), |screen| {
            screen.contents().contains(text).then_some(())
        })
    }

    /// Waits until `text` is on the screen in the colour `color`.
    ///
    /// # Errors
    /// As [`wait_for`](Self::wait_for).
    pub fn wait_for_colored(&self, text: &str, color: Color) -> Result<()> {
        self.wait_for(&format!("{text:?} in {color:?}"), |screen| {
            in_color(screen, color).contains(text).then_some(())
        })
    }

    /// What stands on the screen now.
    pub fn screen(&self) -> Screen {
        self.seen.parser().screen().clone()
    }

    /// Waits for the program to end by itself; its exit code.
    ///
    /// # Errors
    /// If it cannot be waited for.
    pub fn finish(mut self) -> Result<u32> {
        Ok(self.child.wait()?.exit_code())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The text on `screen` that has the colour `color`, line by line.
pub fn in_color(screen: &Screen, color: Color) -> String {
    let (rows, columns) = size(screen);
    let mut text = String::new();
    for row in 0..rows {
        for column in 0..columns {
            if let Some(cell) = screen.cell(row, column)
                && cell.fgcolor() == color
            {
                text.push_str(if cell.has_contents() {
                    cell.contents()
                } else {
                    " "
                });
            }
        }
        text.push('\n');
    }
    text
}

/// Rows and columns.
pub(crate) fn size(screen: &Screen) -> (u16, u16) {
    let (rows, columns) = screen.size();
    (rows.get(), columns.get())
}
