/** The stage under which is kept what people are shown at the end, so that another process can say it. */
export const lastWordStage = 'last_word'
