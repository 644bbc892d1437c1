// The browser's storage, which may be full, forbidden or absent: then nothing is kept, and the
// page works all the same.

export function read(key, storage = () => localStorage) {
  try {
    return storage().getItem(key);
  } catch {
    return null;
  }
}

export function write(key, value, storage = () => localStorage) {
  try {
    storage().setItem(key, value);
    return true;
  } catch {
    return false;
  }
}

export function forget(key, storage = () => localStorage) {
  try {
    storage().removeItem(key);
  } catch {
    // Nothing was kept.
  }
}

export function keys(prefix, storage = () => localStorage) {
  try {
    return Object.keys(storage()).filter((key) => key.startsWith(prefix));
  } catch {
    return [];
  }
}
