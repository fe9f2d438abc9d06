/** Loads what the page does not carry itself, and says when it cannot be had. */

/**
 * Adds a script and waits until it has run. One that arrives after that wait still runs, so it must do nothing by itself.
 * @param {string} src
 * @param {number} waitMs after which the script counts as out of reach
 * @returns {Promise<void>}
 */
export function loadScript(src, waitMs) {
  return new Promise((resolve, reject) => {
    const element = document.createElement('script')
    const giveUp = () => {
      clearTimeout(timer)
      reject(new Error(`${src} cannot be loaded.`))
    }
    const timer = setTimeout(giveUp, waitMs)
    element.onload = () => {
      clearTimeout(timer)
      resolve()
    }
    element.onerror = giveUp
    element.src = src
    document.head.append(element)
  })
}

/**
 * Adds a style sheet and waits until it applies.
 * @param {string} href
 * @returns {Promise<void>}
 */
export function loadStyle(href) {
  return new Promise((resolve, reject) => {
    const element = document.createElement('link')
    element.rel = 'stylesheet'
    element.onload = () => resolve()
    element.onerror = () => reject(new Error(`${href} cannot be loaded.`))
    element.href = href
    document.head.append(element)
  })
}
